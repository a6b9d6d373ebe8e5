# Shortcuts for the scripts in .ci, which also run without just.

# Lists the recipes.
default:
    @just --list

# Formatting, Clippy, and the unit tests of the core; less than a minute when the dependencies are compiled.
check:
    .ci/check

# All tests of the workspace.
test:
    .ci/test

# Everything that CI runs. Installs the tools that it needs, so run it on a machine of its own.
full:
    .ci/run
