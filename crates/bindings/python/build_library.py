"""Builds the C library and puts it beside the package: python build_library.py

It is not kept in the repository, so that it cannot be stale; `pytest` and the build of a wheel call this first.
"""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def build() -> None:
    # Tests of a library that cargo has built already name its folder.
    target = os.environ.get("CONNECTOR_GROUPS_BUILT")
    if target is None:
        command = ["cargo", "build", "--profile", "native", "-p", "connector-groups-abi", "--lib"]
        subprocess.run(command, cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "native"
    target = pathlib.Path(target)
    names = ["libconnector_groups_abi.so", "libconnector_groups_abi.dylib", "connector_groups_abi.dll"]
    for name in names:
        if (target / name).exists():
            # Another file, not other bytes in the same: a process may have loaded it.
            place = HERE / "connector_groups" / name
            place.unlink(missing_ok=True)
            shutil.copy2(target / name, place)
            return
    raise SystemExit(f"cargo has built none of {names} in {target}")


if __name__ == "__main__":
    build()
