"""What a start does before it serves, step by step."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from studyapp.studio import prepare
from studyapp.studio.prepare import CannotStart


@pytest.fixture
def folder(settings, tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    settings.VAR_DIR = tmp_path
    settings.SECRET_KEY_FILE = tmp_path / "secret-key"
    return tmp_path


def test_the_secret_key_is_made_once_however_many_start_at_once(folder):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: prepare.make_secret_key(), range(16)))
    assert [file.name for file in folder.iterdir()] == ["secret-key"]
    assert len((folder / "secret-key").read_text()) >= 50


def test_the_settings_are_loaded_again_only_for_a_new_key(folder, settings):
    assert prepare.make_secret_key() is True
    settings.SECRET_KEY = (folder / "secret-key").read_text()
    assert prepare.make_secret_key() is False


def test_a_key_from_the_environment_needs_no_file(folder, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    assert prepare.make_secret_key() is False
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_there_is_nothing_to_migrate_when_every_migration_is_recorded():
    assert prepare.migrate() is False


@pytest.mark.django_db
def test_content_with_problems_is_told_and_loads_nothing(folder, settings):
    settings.CONTENT_DIR = folder / "content"
    (settings.CONTENT_DIR / "ecs").mkdir(parents=True)
    (settings.CONTENT_DIR / "ecs" / "topic.md").write_text("no front matter")
    with pytest.raises(CannotStart, match="checkcontent"):
        prepare.load_content()
    assert not (folder / "content.stamp").exists()


def test_static_files_are_collected_when_one_has_changed(folder, settings, tmp_path_factory):
    source = tmp_path_factory.mktemp("static")
    (source / "site.css").write_text("body { color: black }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = folder / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    assert [prepare.collect_static(), prepare.collect_static()] == [True, False]
    (source / "site.css").write_text("body { color: white; }")
    assert [prepare.collect_static(), prepare.collect_static()] == [True, False]
    (settings.STATIC_ROOT / "staticfiles.json").unlink()
    assert prepare.collect_static() is True
