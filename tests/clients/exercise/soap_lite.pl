# Perl's SOAP::Lite: submit, and ask for the status.
use strict;
use warnings;
use SOAP::Lite;

my $ns = "http://Services.Cas.jhu.edu";
my $jobs = SOAP::Lite->proxy($ENV{MOCKSERVER_CASJOBS_URL})->default_ns($ns)->on_action(sub { "$ns/$_[1]" });

sub call {
    my ($name, %values) = @_;
    my $answer = $jobs->call($name, map { SOAP::Data->name($_ => $values{$_}) } keys %values);
    die $answer->faultstring if $answer->fault;
    return $answer->result;
}

my %query = (qry => $ENV{MOCKSERVER_TASK}, context => "DR7", taskname => "perl", estimate => 30);
my $job = call("SubmitJob", wsid => 1, pw => "secret", %query);
for (1 .. 15) {
    my $status = call("GetJobStatus", wsId => 1, pw => "secret", jobId => $job);
    exit($status == 5 ? 0 : 1) unless grep { $status eq $_ } 0, 1, 2;
    sleep 1;
}
exit 1;
