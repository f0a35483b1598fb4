# Tcl's WS::Client: submit, and ask for the status. The WSDL goes without its DataSet, at which it stops.
package require WS::Client

set settings $::env(MOCKSERVER_CONTROL_URL)/apis/casjobs/settings
http::cleanup [http::geturl $settings -method PATCH -type application/json -query {{"dataset_in_wsdl": false}}]
WS::Client::GetAndParseWsdl $::env(MOCKSERVER_CASJOBS_URL)?WSDL

set query [dict create wsid 1 pw secret qry $::env(MOCKSERVER_TASK) context DR7 taskname tcl estimate 30]
set job [dict get [WS::Client::DoCall Jobs SubmitJob $query] SubmitJobResult]
for {set look 0} {$look < 15} {incr look} {
  set told [WS::Client::DoCall Jobs GetJobStatus [dict create wsId 1 pw secret jobId $job]]
  set status [dict get $told GetJobStatusResult]
  if {$status ni {0 1 2}} {exit [expr {$status == 5 ? 0 : 1}]}
  after 1000
}
exit 1
