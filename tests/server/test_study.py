"""`manage.py study`: comes up, stays quick, goes down cleanly, and says in a sentence why it cannot."""

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.running import Site, free_port, gone_within, listening, manage, own_database, running

pytestmark = pytest.mark.durability
on_sqlite = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="about the embedded database's file"
)


@pytest.fixture(scope="module")
def ready():
    """Give the environment of a site that was started once."""
    with own_database() as environment:
        site = Site(environment)
        site.start()
        site.stop()
        yield environment


@pytest.fixture
def site(ready):
    site = Site(ready)
    site.start()
    yield site
    site.kill()


def folder(environment):
    return Path(environment["STOWAGE_VAR"])


def test_the_first_start_makes_everything_and_the_next_changes_nothing(ready):
    stamps = sorted(folder(ready).glob("*.stamp"))
    made = [(file.read_bytes(), file.stat().st_mtime_ns) for file in stamps]
    key = (folder(ready) / "secret-key").read_bytes()
    with running(ready) as site:
        assert site.wait_for("Stowage is open at").strip().startswith(f"Stowage is open at {site.url}")
    assert (folder(ready) / "secret-key").read_bytes() == key
    assert [(file.read_bytes(), file.stat().st_mtime_ns) for file in stamps] == made
    assert not (folder(ready) / "backups").exists()
    assert [line for line in site.said if "open at" not in line] == []


def test_the_very_first_start_tells_how_to_make_an_instructor_who_can_then_sign_in():
    with own_database() as environment, running(environment) as site:
        site.wait_for("manage.py instructor NAME")
        made = manage(environment, "instructor", "ada")
        assert made.stdout.startswith("ada is an instructor")
        assert "Password, shown once: " in made.stdout
        again = manage(environment, "instructor", "Ada")
        assert "Password" not in again.stdout
        refused = manage(environment, "instructor", "a b")
        assert refused.returncode == 1
        assert "NAME cannot be used" in refused.stderr
        assert "learner again" in manage(environment, "instructor", "ada", "--remove").stdout


def test_only_its_owner_may_read_the_secret_key(ready):
    assert stat.S_IMODE((folder(ready) / "secret-key").stat().st_mode) == 0o600


def test_two_first_starts_at_once_agree():
    with own_database() as environment:
        sites = [Site(environment), Site(environment)]
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Site.start, sites))
            assert [listening(site.port) for site in sites] == [True, True]
        finally:
            for site in sites:
                site.kill()


@pytest.mark.parametrize(
    "how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=["terminate", "interrupt", "hang up"]
)
def test_it_stops_cleanly_with_a_connection_open(site, how):
    visitor = http.client.HTTPConnection("127.0.0.1", site.port)
    visitor.request("GET", "/")
    visitor.getresponse().read()
    idle = socket.create_connection(("127.0.0.1", site.port))
    code, seconds = site.stop(how)
    idle.close()
    assert code == 0
    assert seconds < 3
    assert site.processes() == []
    assert not listening(site.port)
    assert "Traceback" not in "".join(site.said)


def test_a_signal_to_every_process_at_once_is_no_failure(site):
    os.killpg(site.process.pid, signal.SIGINT)  # what a terminal sends on Ctrl-C
    assert site.process.wait(5) == 0
    assert site.processes() == []
    assert "Unexpected" not in "".join(site.said)


def test_the_workers_go_when_the_parent_is_killed(site):
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait(5)
    assert gone_within(3, site.port)
    assert site.processes() == []


def test_a_worker_that_dies_is_replaced_and_no_connection_is_refused(site):
    parent = site.process.pid
    before = set(site.processes()) - {parent}
    os.kill(min(before), signal.SIGKILL)
    for _ in range(20):
        visitor = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        visitor.request("GET", "/")
        assert visitor.getresponse().status < 500
        visitor.close()
    until = time.monotonic() + 5
    while len(set(site.processes()) - {parent}) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(set(site.processes()) - {parent}) == 2


def test_it_comes_up_again_after_a_power_cut(site):
    site.kill()
    site.start()
    assert listening(site.port)


def refusal(environment, *options, before=(), **changes):
    """Give what a start that fails says; it must be one line, and the exit code 1."""
    ended = manage(environment | changes, "study", *options, before=before)
    assert ended.returncode == 1, ended
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr


def test_a_taken_port_is_told_before_anything_is_done(site):
    said = refusal(site.environment, "--port", str(site.port))
    assert f"Port {site.port} of 127.0.0.1 cannot be used (address already in use)" in said


@pytest.mark.parametrize("port", ["80a", "-1", "65536", "", "٨"])
def test_a_port_that_is_none_is_told(ready, port):
    assert "--port takes a whole number from 0 to 65535" in refusal(ready, f"--port={port}")


def test_a_host_that_is_not_here_is_told(ready):
    assert "cannot be used" in refusal(ready, "--host", "192.0.2.1", "--port", str(free_port()))


def test_a_folder_that_cannot_be_made_is_told(ready, tmp_path):
    (tmp_path / "file").touch()
    said = refusal(ready, "--port", str(free_port()), STOWAGE_VAR=str(tmp_path / "file" / "var"))
    assert "STOWAGE_VAR" in said


def test_a_folder_that_is_read_only_is_told(ready, tmp_path):
    tmp_path.chmod(0o500)
    without_powers = []
    if os.geteuid() == 0:  # who may write everywhere, unless this power is taken away
        if not shutil.which("setpriv"):
            pytest.skip("root may write everywhere: run as another user, or install util-linux")
        without_powers = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    said = refusal(ready, "--port", str(free_port()), before=without_powers, STOWAGE_VAR=str(tmp_path))
    assert "cannot be written to" in said


@pytest.mark.parametrize(
    "address",
    [
        "postgres://ada:hunter2@127.0.0.1:1/stowage",
        "postgres://ada:hunter2@host:port/stowage",
        "mysql://ada:hunter2@127.0.0.1/stowage",
        "sqlite:////nowhere/stowage.sqlite3",
        "rubbish",
    ],
)
def test_a_database_that_cannot_be_used_is_told(ready, address):
    said = refusal(ready, "--port", str(free_port()), DATABASE_URL=address)
    assert "cannot be used" in said
    assert "hunter2" not in said


def test_an_empty_secret_key_is_told(ready, tmp_path):
    (tmp_path / "secret-key").touch()
    said = refusal(ready, "--port", str(free_port()), STOWAGE_VAR=str(tmp_path))
    assert "SECRET_KEY" in said or "is empty" in said


def test_a_time_zone_that_does_not_exist_is_told(ready):
    assert "Mars/Olympus" in refusal(ready, "--port", str(free_port()), TIME_ZONE="Mars/Olympus")


@on_sqlite
def test_a_file_that_is_no_database_is_told(ready, tmp_path):
    (tmp_path / "stowage.sqlite3").write_text("not a database " * 100)
    assert "file is not a database" in refusal(ready, "--port", str(free_port()), STOWAGE_VAR=str(tmp_path))


@on_sqlite
def test_a_database_is_copied_aside_before_it_is_migrated_and_five_copies_are_kept():
    with own_database() as environment:
        site = Site(environment)
        site.start()
        site.stop()
        backups = folder(environment) / "backups"
        assert not backups.exists()  # a first start has nothing to lose
        backups.mkdir()
        for year in range(2001, 2008):
            (backups / f"stowage-{year}-01-01T000000Z.sqlite3").touch()
        assert manage(environment, "migrate", "studio", "zero", "-v0").returncode == 0
        site.start()
        site.stop()
        kept = sorted(file.name for file in backups.iterdir())
        assert len(kept) == 5
        assert kept[0] == "stowage-2004-01-01T000000Z.sqlite3"
        with sqlite3.connect(backups / kept[-1]) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("SELECT count(*) FROM django_migrations WHERE app = 'studio'").fetchone() == (0,)
            assert copy.execute("SELECT count(*) FROM notes_topic").fetchone() > (0,)
