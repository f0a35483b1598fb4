"""The settings of CasJobs: what differs between deployments, and what nobody has published."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.api.settings import choice, flag, seconds, text
from mockserver.core.machine import Confidence

_OBSERVED = Confidence.OBSERVED
_DOCUMENTED = Confidence.DOCUMENTED


@dataclass(frozen=True, slots=True, kw_only=True)
class CasSettings:
    """Settings of one sandbox."""

    error_details: bool = flag(
        True,
        "Errors carry exception types and stack frames (ASP.NET customErrors Off, as at MAST); off: messages only.",
        _OBSERVED,
    )
    stack_frames: bool = flag(
        True,
        "With error_details, stack lines follow the message: those of System.Web.Services as recorded, those of "
        "CasJobs itself made up.",
        _OBSERVED,
    )
    upload_data_parameters: int = choice(
        5,
        (4, 5),
        "Parameters of UploadData: 5 with tableExists (casjobs.sdss.org), 4 without (skyserver.sdss3.org, 2014).",
        _OBSERVED,
    )
    dataset_in_wsdl: bool = flag(
        True,
        "The WSDL describes ExecuteQuickJobDS; off for suds-community, osa, Tcl's WS::Client, JAX-WS' wsimport and "
        "SOAP::WSDL's wsdl2perl, which stop at its type.",
        _DOCUMENTED,
    )
    http_ports_in_wsdl: bool = flag(
        True,
        "The WSDL describes the ports of HTTP GET and HTTP POST, at which xsdata stops; they answer either way.",
        _OBSERVED,
    )
    request_validation: bool = flag(
        False, "GET and POST values that look like markup are refused, as ASP.NET does unless it is told otherwise."
    )
    iis_error_pages: bool = flag(False, "IIS puts a short page of its own into an empty 400 or 415.")
    iis_headers: bool = flag(
        True, "Answers carry Server: Microsoft-IIS/10.0 and X-Powered-By: ASP.NET, as behind IIS.", _OBSERVED
    )
    script_handler: bool = flag(
        True, "A JSON POST is answered in JSON by ASP.NET AJAX; off: as any unknown request format."
    )
    test_form: bool = flag(
        True,
        "Help pages show the Invoke form to everyone; off: only the note that it is for the local machine.",
        _DOCUMENTED,
    )
    cancel_ended: str = choice(
        "ignored", ("ignored", "exception"), "CancelJob on a job that has ended: nothing happens, or an exception."
    )
    unknown_job_status: str = choice(
        "exception",
        ("exception", "ready"),
        "GetJobStatus of an id that is no job: an exception, or the status 0 (ready).",
    )
    service_state_admin_only: bool = flag(
        True, "Service states are for accounts with the admin privilege.", _DOCUMENTED
    )
    unset_time: str = text(
        "0001-01-01T00:00:00",
        "What a time that is not set yet looks like.",
        _OBSERVED,
        pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?",
    )
    output_delay: float = seconds(0.0, "Seconds after the end of a job until its OutputLoc appears.")
    default_quick_result: str = text(
        "[Column1]:int\n1\n", "Typed CSV that answers a quick query for which the fixtures have no result."
    )
    dataset_name: str = text("QuickJob", "Name of the DataSet that ExecuteQuickJobDS returns.", _OBSERVED)
    dataset_inserted: bool = flag(
        False, "Rows of the DataSet are marked as inserted, as those of a table that was filled by hand are."
    )
    bad_conditions: str = choice(
        "nothing",
        ("nothing", "exception"),
        "GetJobs with conditions that cannot be read: no job fits them, or an exception.",
    )
    null_conditions: str = text(
        "null", "GetJobs and GetJobsJob answer these conditions with a null array, for clients' sake; empty: never."
    )
    login_error: str = text("Invalid login: wsid {wsid}", "Sentence for a wrong account or password.")
    foreign_job_error: str = text("Job {job} does not belong to wsid {wsid}.", "Sentence for a job of somebody else's.")
    unknown_job_error: str = text(
        "The given key was not present in the dictionary.", "Sentence for GetJobStatus of an id that is no job."
    )
    cancel_ended_error: str = text("Job {job} has already ended.", "Sentence for cancel_ended = exception.")
    admin_error: str = text("Wsid {wsid} does not have the admin privilege.", "Sentence for what only admins may do.")
    job_type_error: str = text("Invalid job type: {type}", "Sentence for an extract job of a type there is none of.")
    service_state_error: str = text(
        "Invalid service state: {state}", "Sentence for a state other than SUSPENDING and WAKING."
    )
    conditions_error: str = text("Invalid condition: {condition}", "Sentence for a condition that cannot be read.")
    job_failed_error: str = text("Query failed.", "The Error of a job that failed and has no text of its own.")
    job_timeout_error: str = text(
        "Query timed out.", "The Error of a job whose plan is times-out and that has no text of its own."
    )
