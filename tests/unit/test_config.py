import os
from dataclasses import fields

import pytest

from mien.config import Settings, config_file, load_settings
from mien.errors import ConfigurationError


@pytest.fixture
def file(tmp_path):
    return tmp_path / "config.toml"


@pytest.fixture
def load(file):
    def load(toml="", environment=None, **overrides):
        if toml:
            file.write_text(toml, encoding="utf-8")
        return load_settings(overrides, environment=environment or {}, file=file)

    return load


def test_everything_has_a_default(load):
    settings = load()
    assert settings.database_url == f"sqlite:///{settings.home}/mien.db"
    assert settings.workers >= 1
    assert (settings.camera, settings.listener) == (0, None)
    assert settings.emotion_artifact is settings.mood_artifact is None


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(load):
    toml, environment = (
        'workers = 2\ncamera = 2\nlistener = "file"',
        {"MIEN_WORKERS": "3", "MIEN_CAMERA": "3"},
    )
    settings = load(toml, environment, workers=4)
    assert (settings.workers, settings.camera, settings.listener) == (4, 3, "file")


def test_the_database_is_in_the_home_that_was_chosen(load, tmp_path):
    settings = load(environment={"MIEN_HOME": str(tmp_path)})
    assert (settings.home, settings.database_url) == (tmp_path, f"sqlite:///{tmp_path}/mien.db")


def test_every_setting_can_be_set_everywhere(load, tmp_path):
    values = {
        "home": tmp_path,
        "database_url": "postgresql://localhost/mien",
        "workers": 3,
        "camera": 1,
        "emotion_artifact": tmp_path / "e",
        "mood_artifact": tmp_path / "m",
        "listener": "someone",
        "music_roots": (tmp_path / "a", tmp_path / "b"),
        "hosts": ("music.example", "mien"),
        "metrics_token": "what-Prometheus-shows",
    }
    assert set(values) == {field.name for field in fields(Settings)}
    expected = Settings(**values)
    assert load(**values) == expected
    texts = {name: str(value) for name, value in values.items()}
    texts |= {"music_roots": f"{tmp_path}/a{os.pathsep}{tmp_path}/b", "hosts": "Music.example, mien"}
    assert load(environment={f"MIEN_{name.upper()}": text for name, text in texts.items()}) == expected
    toml = "\n".join(f"{k} = {v if isinstance(v, int) else repr(texts[k])}" for k, v in values.items())
    assert load(toml) == expected
    assert load(f"music_roots = ['{tmp_path}/a', '{tmp_path}/b']\nhosts = ['music.example', 'mien']") == (
        load(music_roots=values["music_roots"], hosts=values["hosts"])
    )


@pytest.mark.parametrize(
    ("name", "value"), [("music_roots", ""), ("music_roots", 3), ("hosts", "a b"), ("hosts", "http://a")]
)
def test_odd_folders_and_names_are_refused(load, name, value):
    with pytest.raises(ConfigurationError, match="must be"):
        load(**{name: value})


@pytest.mark.parametrize(
    "value", ["fifteen-letters", "sixteen letters!", "sixteen-lettérs", 1234567890123456]
)
def test_a_token_that_is_short_or_odd_is_refused_and_never_shown(load, value):
    with pytest.raises(ConfigurationError, match="METRICS_TOKEN must be 16 letters") as refused:
        load(environment={"MIEN_METRICS_TOKEN": value})
    assert str(value) not in str(refused.value)
    assert "sixteen-letters-" not in repr(load(metrics_token="sixteen-letters-"))


def test_options_that_were_not_given_change_nothing(load):
    assert load('listener = "file"', {"MIEN_LISTENER": ""}, listener=None).listener == "file"


def test_folders_are_made_absolute_and_the_users_own_is_found(load, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert load(home="~/music").home == load(home="music").home == tmp_path / "music"


def test_variables_of_other_programs_and_of_the_tests_are_left_alone(load):
    assert load(environment={"PATH": "/bin", "MIEN_TEST_POSTGRES_URL": "x"}) == load()


def test_the_file_is_where_the_platform_keeps_such_files(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("MIEN_CAMERA", "5")
    file = config_file()
    assert (file.parent.name, file.name) == ("mien", "config.toml")
    if tmp_path in file.parents:  # where the platform follows that variable
        file.parent.mkdir()
        file.write_text("workers = 7")
        assert load_settings().workers == 7
    assert load_settings().camera == 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"toml": "wrokers = 2"}, r"config\.toml: no setting is named wrokers; did you mean workers\?"),
        ({"environment": {"MIEN_DATABSE_URL": "x"}}, r"the environment: .* did you mean MIEN_DATABASE_URL\?"),
        ({"moodartifact": "x"}, r"the command line: .* did you mean --mood-artifact\?"),
        ({"environment": {"MIEN_XYZZY": "x"}}, "MIEN_XYZZY; there are MIEN_HOME, MIEN_DATABASE_URL,"),
    ],
)
def test_a_setting_that_there_is_not_is_refused(load, given, said):
    with pytest.raises(ConfigurationError, match=said):
        load(**given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 0),
        ("workers", -1),
        ("workers", "many"),
        ("workers", 1.5),
        ("workers", True),
        ("workers", "9" * 5000),
        ("workers", "²"),
        ("camera", -1),
        ("home", 3),
        ("home", ""),
        ("home", "a\0b"),
        ("home", "/what?/mien"),
        ("home", "~nobody-of-that-name/mien"),
        ("emotion_artifact", ["a"]),
        ("database_url", "mysql://localhost"),
        ("database_url", 3),
        ("listener", "  "),
        ("listener", "two\nlines"),
        ("listener", {}),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_refused(load, name, value):
    with pytest.raises(ConfigurationError, match=f"the command line: --{name.replace('_', '-')} must be "):
        load(**{name: value})


def test_the_message_says_where_the_value_is(load):
    with pytest.raises(
        ConfigurationError, match=r"config\.toml: camera must be a whole number from 0, not 'front'"
    ):
        load('camera = "front"')
    with pytest.raises(ConfigurationError, match="the environment: MIEN_CAMERA must be"):
        load("camera = 1", {"MIEN_CAMERA": "front"})


def test_a_password_is_not_told(load):
    with pytest.raises(ConfigurationError) as error:
        load(database_url="postgres://me:hunter2@localhost/mien")
    assert "hunter2" not in str(error.value)
    assert "hunter2" not in repr(load(database_url="postgresql://me:hunter2@localhost/mien"))


@pytest.mark.parametrize("content", [b"workers = ", b"\xff\xfe", b"[home]\nx = 1\n"])
def test_a_file_that_is_no_configuration_is_refused(load, file, content):
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"config\.toml"):
        load()


def test_a_file_that_cannot_be_read_is_refused(load, file):
    file.mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot read the configuration file .*config\.toml"):
        load()
