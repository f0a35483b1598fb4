"""What the service is declared in: its names and complex types, the record of an operation, what a handler gets.

Order and spelling are those of the genuine WSDL (sciserver/SkyServerWS, 2014-06-03).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.operation import Operation
from mockserver.apis.casjobs.settings import CasSettings
from mockserver.apis.casjobs.site import Site
from mockserver.wire.soap_types import Struct, Type, XsdType

NAMESPACE = "http://Services.Cas.jhu.edu"
SERVICE = "Jobs"
SERVICE_DOC = "Provides basic job management functionality."

CasContext = RequestContext[CasSettings, Site]

_L, _I, _S, _T = XsdType.LONG, XsdType.INT, XsdType.STRING, XsdType.DATE_TIME

CJJOB = Struct(
    "CJJob",
    (
        ("JobID", _L), ("Rows", _L), ("WebServicesID", _L), ("TimeSubmit", _T), ("TimeStart", _T), ("TimeEnd", _T),
        ("Status", _I), ("Queue", _I), ("TaskName", _S), ("OutputLoc", _S), ("Error", _S), ("Query", _S),
        ("Context", _S), ("Type", _S),
    ),
)  # fmt: skip
JOB = Struct(
    "Job",
    (
        ("JobID", _L), ("Rows", _L), ("WebServicesID", _L), ("TimeSubmit", _T), ("TimeStart", _T), ("TimeEnd", _T),
        ("SendEmail", _I), ("Status", _I), ("AutoComplete", _I), ("Estimate", _I), ("TaskName", _S), ("OutputLoc", _S),
        ("HostIP", _S), ("Message", _S), ("Query", _S), ("ModifiedQuery", _S), ("Target", _S), ("OutputType", _S),
        ("Params", _S), ("Created_Table", _S),
    ),
)  # fmt: skip
CJQUEUE = Struct("CJQueue", (("Context", _S), ("Timeout", _I)))
CJTYPE = Struct("CJType", (("Type", _S), ("Description", _S)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOperation(Operation):
    """An operation of the SOAP service.

    Attributes:
        parameters: name and type, in wire order.
        result: `Kind.XML` is a DataSet; None is void.
        run: does it: `run(context, *arguments)`.
        doc: our words for its help page, one paragraph per line.
        lasting: its answer says how a job stands and nothing else (see `Response.lasting`).
    """

    parameters: tuple[tuple[str, XsdType], ...]
    result: Type | None
    run: Callable[..., Awaitable[Any]]
    doc: str
    lasting: bool = False

    def parameters_of(self, uploads: int) -> tuple[tuple[str, XsdType], ...]:
        """Return the parameters in a deployment whose UploadData has that many."""
        return self.parameters[:uploads] if self.name == "UploadData" else self.parameters
