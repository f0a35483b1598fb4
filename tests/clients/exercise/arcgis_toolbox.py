"""PyPI's arcgis: a toolbox's function, and its own wait."""

import os

from arcgis.geoprocessing import import_toolbox

service, _, task = os.environ["MOCKSERVER_TASK"].rpartition("/")
toolbox = import_toolbox(f"{os.environ['MOCKSERVER_ARCGIS_URL']}/services/{service}")
print(getattr(toolbox, task.lower())("hello"))
