"""bmi-arcgis-restapi: GPTask.run, its own wait."""

import os

import restapi

service, _, task = os.environ["MOCKSERVER_TASK"].rpartition("/")
tasks = restapi.common_types.GPService(
    f"{os.environ['MOCKSERVER_ARCGIS_URL']}/services/{service}", usr="siteadmin", pw="secret"
)
print(tasks.task(task).run({"Input_Text": "hello"}).getValue("Output_Text"))
