#!/usr/bin/env bash
# The drawn sweep with every layer trained (§4.2), for a machine with a GPU: does the order of methods
# change? Under 10 minutes on one; days on two cores. Prints the means and writes a report of this sweep alone.
#   bash tests/bench/all_layers.sh OUT
set -euo pipefail
out=${1:?give a folder for the rows}
cd "$(dirname "$0")/../.."
python=${PYTHON:-.venv/bin/python}
"$python" -c 'import sys, torch; sys.exit(0 if torch.cuda.is_available() else "no GPU is here: all layers would take days")'
time "$python" -m training sweep assets/drawn "$out" --layers all --seeds 3 --fractions 0.2,1 --cache "$out/cache"
"$python" -m training report --drawn "$out" --noisy none --real none --out "$out/RESULTS.md"
