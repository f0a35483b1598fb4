<?php
// PHP's SoapClient: submit, and ask for the status.
$client = new SoapClient(getenv("MOCKSERVER_CASJOBS_URL") . "?WSDL", ["cache_wsdl" => WSDL_CACHE_NONE]);
$query = ["qry" => getenv("MOCKSERVER_TASK"), "context" => "DR7", "taskname" => "php", "estimate" => 30];
$made = $client->SubmitJob(["wsid" => 1, "pw" => "secret"] + $query);
for ($look = 0; $look < 15; $look++) {
    $job = ["wsId" => 1, "pw" => "secret", "jobId" => $made->SubmitJobResult];
    $status = $client->GetJobStatus($job)->GetJobStatusResult;
    if (!in_array($status, [0, 1, 2], true)) exit($status === 5 ? 0 : 1);
    sleep(1);
}
exit(1);
