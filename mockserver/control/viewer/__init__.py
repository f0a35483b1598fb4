"""The page that shows the OpenAPI documents: Swagger UI 5.35.0 as npm has it (Apache 2.0), and a few lines of ours.

`static/swagger-ui*` are the bundle, the style and the licences of the package `swagger-ui-dist`, byte for byte. To
renew them, take all from one version, and put its digests into `tests/control/test_viewer.py`. RapiDoc is half as
large, but takes more than a minute to show the three hundred and fifty calls of the largest document.
"""
