"""Takes the DataSet out of the WSDL, at which some clients stop."""

import os

import requests

address = os.environ["MOCKSERVER_CONTROL_URL"] + "/apis/casjobs/settings"
requests.patch(address, json={"dataset_in_wsdl": False}, timeout=10).raise_for_status()
