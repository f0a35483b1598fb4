"""CasJobs by SOAP clients of other languages: what the page on CasJobs' clients says that each does by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from mockserver import MockServer
from mockserver.client import Control

NODE = Path(__file__).with_name("node")
WSDL = "/CasJobs/services/jobs.asmx?WSDL"


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer(strict=True, port=0, clock="2026-01-02T12:00:00Z") as one:
        yield one


Say = Callable[..., str]


@pytest.fixture
def run(missing: Callable[[str], NoReturn], server: MockServer) -> Say:
    """Give a program its script, with `{wsdl}` in it replaced; returns what it printed."""

    def say(program: str, *words: str, script: str, needs: str = "") -> str:
        if shutil.which(program) is None:
            missing(f"no {program} on this machine")
        script = script.replace("{wsdl}", f"{server.url}{WSDL}")
        environ = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
        done = subprocess.run(
            [program, *words], input=script, env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode != 0 and needs and needs in done.stderr:
            missing(f"{program} has no {needs}")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return say


PHP = """<?php
if (!class_exists("SoapClient")) { fwrite(STDERR, "no SoapClient"); exit(1); }
$client = new SoapClient("{wsdl}", ["cache_wsdl" => WSDL_CACHE_NONE, "trace" => true]);
"""


def test_php_sends_zero_for_an_id_that_is_no_number(run: Say, server: MockServer) -> None:
    script = PHP + 'try { $client->CancelJob(["wsId" => "abc", "pw" => "secret", "jobId" => 1001]); } '
    script += 'catch (SoapFault $fault) { echo $fault->faultcode, "|", $fault->getMessage(); }'
    told = run("php", script=script, needs="SoapClient")

    assert told.startswith("soap:Server|")
    assert "Invalid login: wsid 0" in told
    assert Control(server.url).requests(violations=True) == []


def test_php_makes_one_job_an_object_and_an_empty_answer_null(run: Say, server: MockServer) -> None:
    script = PHP + '$owner = ["owner_wsid" => 1, "owner_pw" => "secret", "includeSystem" => false];'
    script += 'echo gettype($client->GetJobs($owner + ["conditions" => "jobid : 1001"])->GetJobsResult->CJJob), "|";'
    script += (
        'echo gettype($client->GetJobs($owner + ["conditions" => "jobid : 1001|1002"])->GetJobsResult->CJJob), "|";'
    )
    script += "var_export($client->GetQueues(['wsid' => 1, 'pw' => 'secret']));"
    Control(server.url).add_fault({"status": 200, "body": ""}, {"operation": "casjobs.GetQueues"})

    assert run("php", script=script, needs="SoapClient") == "object|array|NULL"


PERL = """use SOAP::Lite;
my $ns = "http://Services.Cas.jhu.edu";
my ($url) = "{wsdl}" =~ /(.*)\\?/;
my $jobs = SOAP::Lite->proxy($url)->default_ns($ns)->on_action(sub { "$ns/$_[1]" });
my @job = map { SOAP::Data->name(@$_) } ([wsId => 1], [pw => "secret"], [jobId => 1001]);
"""


def test_perl_sends_parameters_in_no_namespace_when_it_reads_the_wsdl(run: Say, server: MockServer) -> None:
    script = (
        'use SOAP::Lite; my $jobs = SOAP::Lite->service("{wsdl}"); $jobs->on_fault(sub { print $_[1]->faultstring });'
    )
    script += '$jobs->GetJobStatus(1, "secret", 1001);'
    told = run("perl", script=script, needs="SOAP/Lite.pm")

    assert "Invalid login: wsid 0" in told
    (entry,) = Control(server.url).requests(violations=True)
    assert "wsId, pw, jobId are in no namespace" in str(entry.violations)


def test_perl_sends_the_uri_and_the_method_as_the_action_by_default(run: Say, server: MockServer) -> None:
    script = PERL.replace('->on_action(sub { "$ns/$_[1]" })', "->uri($ns)")
    told = run("perl", script=script + 'print $jobs->call("GetJobStatus", @job)->faultstring;', needs="SOAP/Lite.pm")

    assert "did not recognize the value of HTTP Header SOAPAction: http://Services.Cas.jhu.edu#GetJobStatus" in told


def test_perl_takes_a_page_of_a_proxy_for_an_answer(run: Say, server: MockServer) -> None:
    page = {"status": 502, "headers": {"Content-Type": "text/html"}, "body": "<html><body>Bad gateway</body></html>"}
    Control(server.url).add_fault(page, {"operation": "casjobs.GetJobStatus"})
    script = PERL + 'my $answer = $jobs->call("GetJobStatus", @job);'
    script += 'print defined $answer->fault ? "fault" : "no fault", defined $answer->result ? " result" : " no result";'

    assert run("perl", script=script, needs="SOAP/Lite.pm") == "no fault no result"


TCL = """if {[catch {package require WS::Client}]} {puts stderr "no WS::Client"; exit 1}
"""


def test_tcl_stops_at_the_genuine_wsdl(run: Say) -> None:
    script = TCL + 'if {[catch {WS::Client::GetAndParseWsdl "{wsdl}"} said]} {puts "$said|$::errorCode"}'
    told = run("tclsh", script=script, needs="WS::Client")

    assert "xs:schema" in told
    assert "UNKREFS" in told


STRONG = """
const { soap } = require("strong-soap");
soap.createClient("{wsdl}", {}, (error, client) => {
  if (error) throw error;
  const job = { wsId: 1, pw: "secret", jobId: 1001 };
  CALL
});
"""


def test_strong_soap_takes_an_empty_error_for_success(run: Say, server: MockServer) -> None:
    Control(server.url).add_fault({"status": 503, "body": ""}, {"operation": "casjobs.CancelJob"})
    call = "client.Jobs.JobsSoap.CancelJob(job, (error, told) => console.log(String(error), String(told)));"
    told = run("node", script=STRONG.replace("CALL", call), needs="strong-soap")

    assert told.strip() in ("null null", "null undefined", "undefined undefined", "undefined null")


def test_strong_soap_takes_the_last_port_unless_it_is_told_one(run: Say, server: MockServer) -> None:
    call = "client.GetJobStatus(job, (error, told) => console.log(JSON.stringify(told)));"
    told = run("node", script=STRONG.replace("CALL", call), needs="strong-soap")

    assert '"GetJobStatusResult"' in told
    (entry,) = Control(server.url).requests(operation="casjobs.GetJobStatus")
    assert entry.request["headers"]["Content-Type"].startswith("application/soap+xml")
