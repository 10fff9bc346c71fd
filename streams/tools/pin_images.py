"""Pins the container images of Compose and the Dockerfile by digest, so that a tag that moves changes nothing here."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from schemas.errors import Unavailable

FILES = ("docker-compose.yml", "deploy/Dockerfile")
OURS = "hirelay:"  # built here, not pulled
# `image: NAME:TAG` in Compose, `FROM NAME:TAG` in a Dockerfile, each with or without `@sha256:…`.
IMAGE = re.compile(
    r"^(?P<start>\s*image: |FROM )(?P<name>[^\s@]+)(?P<digest>@sha256:[0-9a-f]{64})?", re.M
)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TIMEOUT_S = 60


def images(text: str) -> Iterator[tuple[str, str]]:
    """Yield each pulled image as (name:tag, digest), the digest empty where none is written."""
    for match in IMAGE.finditer(text):
        if not match["name"].startswith(OURS):
            yield match["name"], (match["digest"] or "").removeprefix("@")


def pinned(text: str, digests: Mapping[str, str]) -> str:
    """Return the text with the digest of each image behind its tag; a digest that was there is replaced."""

    def replace(match: re.Match[str]) -> str:
        digest = digests.get(match["name"])
        return match[0] if digest is None else f"{match['start']}{match['name']}@{digest}"

    return IMAGE.sub(replace, text)


def resolve(name: str) -> str:
    """Ask the registry for the digest of an image's manifest list; raise Unavailable.

    https://docs.docker.com/reference/cli/docker/buildx/imagetools/inspect/
    """
    command = [
        "docker",
        "buildx",
        "imagetools",
        "inspect",
        name,
        "--format",
        "{{json .Manifest.Digest}}",
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        raise Unavailable("image", "docker is not installed: run this where it is") from None
    except subprocess.TimeoutExpired:
        raise Unavailable("image", f"{name}: the registry does not answer; try again") from None
    if done.returncode != 0:
        raise Unavailable("image", f"{name}: {done.stderr.strip()[-300:]}")
    digest = json.loads(done.stdout)
    if not DIGEST.fullmatch(digest):
        raise Unavailable("image", f"{name}: {digest!r} is no digest")
    return str(digest)


def pin(paths: list[Path], ask: Callable[[str], str] = resolve) -> list[str]:
    """Write the digests of all images into the files and return the images; raise Unavailable, before any is written."""
    texts = {path: path.read_text() for path in paths}
    names = sorted({name for text in texts.values() for name, _ in images(text)})
    digests = {name: ask(name) for name in names}
    for path, text in texts.items():
        path.write_text(pinned(text, digests))
    return [f"{name}@{digest}" for name, digest in digests.items()]


def main() -> None:
    """Pin the images of the repository in the working directory, or with `--check` only list those that are not."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if an image is not pinned"
    )
    paths = [Path(name) for name in FILES]
    if parser.parse_args().check:
        texts = [path.read_text() for path in paths]
        loose = sorted({name for text in texts for name, digest in images(text) if not digest})
        if loose:
            sys.exit(
                f"NOT PINNED: {', '.join(loose)}; run make pin-images where the image registry is reachable"
            )
        return
    try:
        sys.stdout.write("\n".join(pin(paths)) + "\n")
    except Unavailable as problem:
        sys.exit(f"NOT PINNED, nothing was written: {problem}")


if __name__ == "__main__":
    main()
