"""Builds the C library with cargo and puts it into the wheel, which fits every Python 3 of its platform."""

import pathlib
import sys

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

# An isolated build does not look beside this file.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import build_library  # noqa: E402


class BuildPy(build_py):
    def run(self):
        build_library.build()
        super().run()


class BdistWheel(bdist_wheel):
    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        # No function of Python's own C interface is called: only the platform matters.
        return ("py3", "none", super().get_tag()[2])


setup(cmdclass={"build_py": BuildPy, "bdist_wheel": BdistWheel})
