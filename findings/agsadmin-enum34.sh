#!/usr/bin/env bash
# Its Python 3 wheel asks for enum34, the stand-in of Python 2 for the standard library's enum. Installed beside it, it takes the place
# of the real one wherever the folder of packages comes first (PYTHONPATH, pip's --target), and Python's own re is gone.
source "$(dirname "$0")/lab"
package="agsadmin 0.5.3 (PyPI), enum34 1.1.10"
behaviour="brings enum34 to Python 3; with its folder on PYTHONPATH, even 'import re' fails"
python_with agsadmin==0.5.3
seen "AttributeError: module 'enum' has no attribute" "$("$python" -c 'import re' 2>&1 | tail -n 1 | sed "s/ '[A-Za-z_]*'$//")"
