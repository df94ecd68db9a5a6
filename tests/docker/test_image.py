"""What the Dockerfile promises, as far as it can be read; `hadolint Dockerfile` and a build see the rest."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
BUILD, LAST = (DOCKERFILE.split("\nFROM ")[number] for number in (1, 2))


def instruction(name: str) -> str:
    """What follows an instruction in the last stage."""
    found = re.findall(rf"^{name} +(.*)$", LAST, re.MULTILINE)
    assert len(found) == 1, name
    return str(found[0]).strip()


def test_it_serves_as_nobody_in_particular_and_stops_when_told() -> None:
    assert instruction("USER") == "10001:10001"
    assert [*json.loads(instruction("ENTRYPOINT")), *json.loads(instruction("CMD"))] == ["homeroom", "serve"]
    assert instruction("STOPSIGNAL") == "SIGTERM"
    assert {"HOMEROOM_ENV=production", "HOST=0.0.0.0", "PORT=5001"} <= set(instruction("ENV").split())


def test_its_health_check_is_python() -> None:
    command = json.loads(instruction("HEALTHCHECK").partition("CMD ")[2])
    assert command[:2] == ["python", "-c"]
    assert "/livez" in command[2]
    compile(command[2], "health check", "exec")


def test_everything_is_installed_by_its_hash() -> None:
    installs = re.findall(r"pip[^&\n]* install ([^&\n]*)", BUILD)
    assert len(installs) == 3
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)
    assert "pip" not in LAST.replace("pip uninstall", "").replace("ignore pip", "")


def test_the_lock_pins_every_package_and_the_builder() -> None:
    production, everything = (
        re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
        for lock in ("requirements-production.lock", "requirements.lock")
    )
    assert all(re.match(r"[\w.-]+==\S+", one) and "--hash=sha256:" in one for one in production + everything)
    assert len([one for one in everything if one.startswith("setuptools==")]) == 1


def test_only_what_it_is_built_from_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.*)$", BUILD, re.MULTILINE) for source in line.split()[:-1]
    }
    assert sent == copied
    assert {"graph/graphiql/dist", "**/node_modules"} <= set(ignored)
