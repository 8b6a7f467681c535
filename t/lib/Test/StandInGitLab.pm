package Test::StandInGitLab;

# A stand-in GitLab for the tests of itself: started when this is loaded,
# asked by these functions, gone when the test ends.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Mojo::JSON qw(encode_json);
use Mojo::UserAgent;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw($api $base $dir $infra $pid $token $ua call commit control
    forget is_answer jobs_of pipeline refused run script state_now wait_for);

our $dir = tempdir('standin-gitlab-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);
our $pid = fork // die "fork: $!";

if (!$pid) {
    exec $^X, dirname(dirname(__FILE__)) . '/standin-gitlab', '--port-file', "$dir/port",
        '--dir', "$dir/gitlab" or POSIX::_exit(1);
}

END { kill 'KILL', $pid if $pid }

for (1 .. 200) { last if -s "$dir/port"; sleep 0.05 }

open my $port_file, '<', "$dir/port" or BAIL_OUT('the stand-in does not start');
chomp(my $port = <$port_file>);
close $port_file;

our $base  = "http://127.0.0.1:$port";
our $api   = "$base/api/v4";
our $infra = "$api/projects/ops%2Finfra";
our $token = 'glpat-chatops-bot';
our $ua    = Mojo::UserAgent->new(inactivity_timeout => 5, max_redirects => 0);

my $branch = 0;

# It has ended already.
sub forget { undef $pid }

sub call ($method, $url, $body = undef, %headers) {
    $headers{'PRIVATE-TOKEN'} //= $token if !exists $headers{Authorization};
    delete $headers{'PRIVATE-TOKEN'} if ($headers{'PRIVATE-TOKEN'} // '') eq 'none';
    return $ua->start($ua->build_tx($method => $url => \%headers,
        defined $body ? ref $body ? (json => $body) : $body : ()))->res;
}

sub is_answer ($res, $status, $body, $name) {
    is($res->code, $status, "$name: $status") or diag $res->body;
    is_deeply($res->json, $body, "$name: body") or diag $res->body;
}

sub refused ($res, $text, $name) {
    is_answer($res, 400, { message => { base => [$text] } }, $name);
}

sub control ($name, $body = {}) {
    my $res = $ua->post("$base/_control/$name" => json => $body)->res;
    is($res->code, 200, "control $name") or diag $res->body;
    return $res->json;
}

sub state_now { return $ua->get("$base/_control/state")->res->json }

# To a new branch upon the default one.
sub commit ($branch, $yaml, %more) {
    my $head = call(GET => "$infra/repository/branches/main")->json->{commit}{id};

    return call(POST => "$infra/repository/commits" => {
        branch => $branch, start_sha => $head, commit_message => 'Run [skip ci]',
        actions => [ { action => 'update', file_path => '.gitlab-ci.yml', content => $yaml } ],
        %more });
}

sub pipeline ($ref, @variables) {
    return call(POST => "$infra/pipeline" => { ref => $ref,
        @variables ? (variables => \@variables) : () });
}

sub jobs_of ($id) { return call(GET => "$infra/pipelines/$id/jobs?per_page=100")->json }

sub wait_for ($id, $want = qr/\A(?:success|failed|canceled|skipped)\z/) {
    for (1 .. 200) {
        my $pipeline = call(GET => "$infra/pipelines/$id")->json;
        return $pipeline if $pipeline->{status} =~ $want;
        sleep 0.02;
    }

    fail("pipeline $id does not become $want");
    return {};
}

# The output of a job, between its header and the end of its section.
sub run ($yaml, @variables) {
    my $ref = 'run/' . ++$branch;

    commit($ref, $yaml)->code == 201 or return 'not committed';

    my $res = pipeline($ref, @variables);

    return $res->body if $res->code != 201;

    wait_for($res->json->{id});

    my $trace = call(GET => "$infra/jobs/" . jobs_of($res->json->{id})->[0]{id} . '/trace')->body;

    return $trace =~ /Executing "step_script".*?\n(?:[^\n]*Using docker image[^\n]*\n)?(.*)section_end:\d+:step_script/s
        ? $1 : $trace;
}

sub script (@commands) {
    return encode_json({ job => { script => \@commands } });
}

1;
