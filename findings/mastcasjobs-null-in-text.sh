#!/usr/bin/env bash
# Typed CSV as CasJobs sends it, with a text in quotes that has the word null between commas: the word is taken out of the text.
source "$(dirname "$0")/lab"
package="mastcasjobs 0.1.1 (PyPI), astropy 8.0.2"
behaviour="removes a null from inside a quoted text of a quick job's result"
python_with mastcasjobs==0.1.1 astropy==8.0.2 six==1.17.0
seen "yes,,no" "$("$python" - <<'PY'
from mastcasjobs import MastCasJobs

table = MastCasJobs.convert_quick_table('[id]:int,[note]:varchar\n1,"yes,null,no"\n')
print(table["note"][0])
PY
)"
