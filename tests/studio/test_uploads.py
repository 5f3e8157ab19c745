"""Uploads that are not to be trusted: each refused with a reason that names the file."""

import contextlib
import io
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studyapp.studio.uploads import Unfit, unpack
from tests.content.tree import FILES, texts


def make_zip(files=FILES, prefix="content/", **more):
    """Zip files by name; a value may be a ZipInfo and its bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {prefix + name: text for name, text in files.items()}.items():
            archive.writestr(name, text)
        for entry, raw in more.get("entries", ()):
            archive.writestr(entry, raw)
    stream.seek(0)
    return stream


def entry(name, *, mode=0, flags=0):
    made = zipfile.ZipInfo("placeholder")
    made.filename = made.orig_filename = name
    made.create_system, made.external_attr = 3, mode << 16
    made.flag_bits |= flags
    return made


def with_entry(name, raw=b"x", **given_):
    return make_zip(entries=[(entry(name, **given_), raw)])


def tampered(old, new):
    """Change bytes of a zip that was made well."""
    raw = with_entry("content/xxxx.yaml").getvalue()
    assert old in raw
    return io.BytesIO(raw.replace(old, new))


@pytest.mark.parametrize("prefix", ["", "content/", "some where/content/"])
def test_a_tree_is_found_wherever_it_lies_in_the_zip(tmp_path, prefix):
    litter = [("__MACOSX/._content", "x"), (f"{prefix}.DS_Store", "x"), (f"{prefix}ecs/._topic.md", "x")]
    root = unpack(make_zip(prefix=prefix, entries=litter), tmp_path)
    assert texts(root) == {name: text.encode() for name, text in FILES.items()}
    assert root.name == "content"


LINK = stat.S_IFLNK | 0o777
BAD = {
    "no zip": (lambda: io.BytesIO(b"- key: N001\n"), "no zip that can be read"),
    "nothing": (lambda: io.BytesIO(b""), "no zip that can be read"),
    "cut off": (lambda: io.BytesIO(make_zip().getvalue()[:-40]), "no zip that can be read"),
    "damaged": (lambda: tampered(b"xxxx.yaml" + b"x", b"xxxx.yaml" + b"y"), "content/xxxx.yaml.*damaged"),
    "empty": (lambda: make_zip({}), r"no inventory\.yaml"),
    "climbing": (lambda: with_entry("content/../../x.yaml"), "leaves the folder"),
    "climbing at once": (lambda: with_entry("../x.yaml"), '"../x.yaml" in the zip has a path that leaves'),
    "absolute": (lambda: with_entry("/etc/x.yaml"), "/etc/x.yaml.*absolute path"),
    "drive": (lambda: with_entry("C:/x.yaml"), "C:/x.yaml.*absolute path"),
    "backslash": (lambda: with_entry("content\\x.yaml"), r"content\\x\.yaml.*backslash"),
    "link": (lambda: with_entry("content/x.yaml", mode=LINK), "content/x.yaml.*is a link"),
    "device": (lambda: with_entry("content/x.yaml", mode=stat.S_IFCHR), "content/x.yaml.*is a link"),
    "control": (lambda: with_entry("content/a\x1bb.yaml"), r"content/a\\x1bb\.yaml.*control character"),
    "turned": (lambda: with_entry("content/a\u202eb.yaml"), r"content/a\\u202eb\.yaml.*control character"),
    "nul": (lambda: tampered(b"xxxx.yaml", b"xx\0x.yaml"), r"content/xx\\x00x\.yaml.*control character"),
    "long": (lambda: with_entry("content/" + "x" * 300), "too long a name"),
    "encrypted": (lambda: encrypted(), "content/xxxx.yaml.*encrypted"),
    "twice": (lambda: make_zip(entries=[("content/inventory.yaml", "x")]), "content/inventory.yaml.*twice"),
    "file and folder": (lambda: make_zip(entries=[("content/ecs", "x")]), "a file and a folder"),
    "beside": (lambda: make_zip(entries=[("readme.md", "x")]), r'"readme.md" lies outside of the folder content'),
    "many": (lambda: make_zip(entries=[(f"content/{n}.md", "") for n in range(2_000)]), "2,011 files; at most 2,000"),
    "bomb": (lambda: with_entry("content/bomb.yaml", b"\0" * 6_000_001), "more than 6 MB .* at .content/bomb.yaml"),
    "bzip": (lambda: bzipped(), "content/x.yaml.*packed in a way"),
}  # fmt: skip


def encrypted():
    raw = bytearray(with_entry("content/xxxx.yaml").getvalue())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 8] |= 1
    return io.BytesIO(bytes(raw))


def bzipped():
    stream = make_zip()
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("content/x.yaml", "x")
    stream.seek(0)
    return stream


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_upload_is_refused_with_its_reason_and_nothing_lies_outside(tmp_path, name):
    make, reason = BAD[name]
    (tmp_path / "into").mkdir()
    with pytest.raises(Unfit, match=reason):
        unpack(make(), tmp_path / "into")
    assert [path.name for path in tmp_path.iterdir()] == ["into"]


def test_a_zip_that_lies_about_its_sizes_is_counted_as_it_comes_out(tmp_path):
    raw = bytearray(with_entry("content/bomb.yaml", b"\0" * 30_000_000).getvalue())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (5).to_bytes(4, "little")  # "five bytes, unpacked"
    with pytest.raises(Unfit, match=r"damaged|6 MB"):
        unpack(io.BytesIO(bytes(raw)), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 100_000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_zip_is_refused_or_read_but_never_a_crash(tmp_path_factory, data):
    raw = bytearray(make_zip().getvalue())
    listed = raw.index(b"PK\x01\x02")  # where the zip says what it holds
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.one_of(st.integers(listed, len(raw) - 1), st.integers(0, len(raw) - 1)))
        raw[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unfit):
        unpack(io.BytesIO(bytes(raw)), tmp_path_factory.mktemp("damaged"))
