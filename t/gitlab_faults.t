use lib 't/lib';
use Test::ChatOps;

use Test::ChatOps::Config qw(http_config server_config);
use Test::ChatOps::Words 'slurp';

# GitLab is given up sooner, and its answers may be smaller, than
# conf/chatops_gitlab.conf has it.

our $Http = http_config({
    store  => '$TEST_NGINX_CHATOPS_DIR/store/runs.db',
    gitlab => 'http://127.0.0.1:$TEST_NGINX_GITLAB_PORT',
}, '');

our $Impatient = impatient('http://127.0.0.1:$TEST_NGINX_GITLAB_PORT');
our $CurlIsLost = impatient('http://127.0.0.1:1') =~ s/300ms/1s/r;

(our $NobodyThere = $Impatient) =~ s{(proxy_pass \s+ http://)gitlab/}
                                    {${1}127.0.0.1:1/}x;

our $LongPipeline = $Impatient . <<'EOC';
        location = "/gitlab-api/projects/ops%2Finfra/pipeline" {
            include     $TEST_NGINX_ROOT/conf/chatops_gitlab.conf.short;
            proxy_pass  http://gitlab/api/v4/projects/ops%2Finfra/pipeline;
        }
EOC

$LongPipeline =~ s/include \s+ \S+ \.short;/shortened('100')/xe;


sub impatient {
    my ($gitlab) = @_;

    my $dir = '$TEST_NGINX_CHATOPS_DIR';
    my $text = server_config({
        root => '$TEST_NGINX_ROOT', gitlab => $gitlab,
        slack => 'http://127.0.0.1:$TEST_NGINX_SLACK_PORT',
        signing_secret => "$dir/signing_secret",
        token => "$dir/gitlab_token", users => "$dir/users",
    }, <<'EOC');
            chatops_ack_timeout     300ms;
            chatops_poll_interval   100ms;
            chatops_gitlab_timeout  1s;
EOC

    $text =~ s/include \s+ \S+;/shortened('16k')/xe
        or die "what is in the location?\n";

    return $text;
}


sub shortened {
    my ($size) = @_;

    my $include = slurp("$Test::ChatOps::Root/conf/chatops_gitlab.conf");

    $include =~ s/^#.*\n//mg;
    $include =~ s/(subrequest_output_buffer_size) \s+ \w+;/$1 $size;/x
        or die "no size\n";
    $include =~ s/(proxy_read_timeout) \s+ \w+;/$1 1500ms;/x
        or die "no timeout\n";

    return $include;
}


sub too_large { return '200 {"id":17,"x":"' . 'x' x 20_000 . '"}' }


plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: GitLab's port is closed
--- http_config eval: $::Http
--- config eval: $::NobodyThere
--- slack: /gitlab run hello-world
--- answer: GitLab cannot be reached; nothing was started. Please try again in a minute.
--- answer_type: ephemeral
--- run_state: refused
--- reply_state: posted
--- pipelines: 0
--- posts: 0



=== TEST 2: the member's access: each wrong answer is told, none is remembered
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => drop
GET /projects/ops%2Finfra/members/all/17 => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/members/all/17 => 403 {"message":"403 Forbidden"}
GET /projects/ops%2Finfra/members/all/17 => 429 Retry later {Retry-After: 7}
GET /projects/ops%2Finfra/members/all/17 => 429 Retry later
GET /projects/ops%2Finfra/members/all/17 => 500 {"message":"500 Internal Server Error"}
GET /projects/ops%2Finfra/members/all/17 => 502 <html><h1>502 Bad Gateway</h1></html>
GET /projects/ops%2Finfra/members/all/17 => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra/members/all/17 => truncate
GET /projects/ops%2Finfra/members/all/17 => garbage
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab did not answer when it was asked for your membership of the project; nothing was started\. Please try again in a minute\.$
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started\..*chatops_gitlab_token_file
^200 ephemeral GitLab refused when it was asked for your membership of the project \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in a minute\.$
^200 ephemeral GitLab did not answer when it was asked for your membership of the project \(status 500\); nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for your membership of the project \(status 502\); nothing was started\.
^200 ephemeral GitLab was asked for your membership of the project and its answer makes no sense; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for your membership of the project.*; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for your membership of the project.*; nothing was started\.
^200 in_channel `hello-world` is scheduled
--- chatops: chatops_poll_interval 100ms;
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: refused finished
--- pipelines: 1
--- branches: main



=== TEST 3: the project: each wrong answer is told, none is remembered
--- gitlab
GET /projects/ops%2Finfra => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra => 403 {"message":"403 Forbidden"}
GET /projects/ops%2Finfra => 404 {"message":"404 Project Not Found"}
GET /projects/ops%2Finfra => 429 Retry later {Retry-After: 7}
GET /projects/ops%2Finfra => drop x2
GET /projects/ops%2Finfra => 500 {"message":"500 Internal Server Error"}
GET /projects/ops%2Finfra => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra => truncate
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab refused when it was asked for the project \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral GitLab refused when it was asked for the project \(status 404: 404 Project Not Found\); nothing was started\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab did not answer when it was asked for the project; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the project \(status 500\); nothing was started\.
^200 ephemeral GitLab was asked for the project and its answer makes no sense; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the project.*; nothing was started\.
^200 in_channel `hello-world` is scheduled
--- chatops: chatops_poll_interval 100ms;
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: refused finished
--- pipelines: 1
--- branches: main



=== TEST 4: the default branch: each wrong answer is told, none is remembered
--- gitlab
GET /projects/ops%2Finfra/repository/branches/main => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/repository/branches/main => 403 {"message":"403 Forbidden"}
GET /projects/ops%2Finfra/repository/branches/main => 404 {"message":"404 Branch Not Found"}
GET /projects/ops%2Finfra/repository/branches/main => 429 Retry later {Retry-After: 7}
GET /projects/ops%2Finfra/repository/branches/main => drop x2
GET /projects/ops%2Finfra/repository/branches/main => 500 {"message":"500 Internal Server Error"}
GET /projects/ops%2Finfra/repository/branches/main => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra/repository/branches/main => truncate
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab refused when it was asked for the default branch \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral GitLab refused when it was asked for the default branch \(status 404: 404 Branch Not Found\); nothing was started\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab did not answer when it was asked for the default branch; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the default branch \(status 500\); nothing was started\.
^200 ephemeral GitLab was asked for the default branch and its answer makes no sense; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the default branch.*; nothing was started\.
^200 in_channel `hello-world` is scheduled
--- chatops: chatops_poll_interval 100ms;
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: refused finished
--- pipelines: 1
--- branches: main



=== TEST 5: the lint: each wrong answer is told, none is remembered
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/ci/lint => 429 Retry later {Retry-After: 7}
GET /projects/ops%2Finfra/ci/lint => drop x2
GET /projects/ops%2Finfra/ci/lint => 500 {"message":"500 Internal Server Error"}
GET /projects/ops%2Finfra/ci/lint => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra/ci/lint => 200 {"id":17}
GET /projects/ops%2Finfra/ci/lint => truncate
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab did not answer when it was asked for the CI configuration; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the CI configuration \(status 500\); nothing was started\.
^200 ephemeral GitLab was asked for the CI configuration and its answer makes no sense; nothing was started\.
^200 ephemeral GitLab was asked for the CI configuration and its answer makes no sense; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the CI configuration.*; nothing was started\.
^200 in_channel `hello-world` is scheduled
--- chatops: chatops_poll_interval 100ms;
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: refused finished
--- pipelines: 1
--- branches: main



=== TEST 6: a GitLab that does not lint: the raw file, and what may be wrong with that
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 404 {"error":"404 Not Found"} always
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => 403 {"message":"403 Forbidden"}
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => 404 {"message":"404 File Not Found"}
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => 500
GET /projects/ops%2Finfra/repository/files/.gitlab-ci.yml/raw => truncate
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab refused when it was asked for the CI configuration \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral The project has no CI configuration: there is no `\.gitlab-ci\.yml` on main\.$
^200 ephemeral GitLab did not answer when it was asked for the CI configuration \(status 500\); nothing was started\.
^200 ephemeral GitLab did not answer when it was asked for the CI configuration.*; nothing was started\.
^200 in_channel `hello-world` is scheduled
--- chatops: chatops_poll_interval 100ms;
--- channel: <@U0001>: Hello World.
--- posts: 1
--- pipelines: 1
--- branches: main



=== TEST 7: a configuration that GitLab finds invalid
--- gitlab
GET /projects/ops%2Finfra/ci/lint => 200 {"valid":false,"merged_yaml":null,"errors":["jobs:x config <should> be a hash"],"warnings":[],"includes":[]}
--- slack: /gitlab run hello-world
--- answer_like: ^The project's CI configuration is not valid: jobs:x config &lt;should&gt; be a hash
--- answer_type: ephemeral
--- run_state: refused
--- pipelines: 0
--- branches: main



=== TEST 8: an answer that is larger than the buffer, at each step
--- http_config eval: $::Http
--- config eval: $::Impatient
--- gitlab eval
CORE::join "\n",
    map { "GET /projects/ops%2Finfra$_ => " . main::too_large() }
        '/members/all/17', '', '/repository/branches/main', '/ci/lint'
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab's answer is larger than nginx takes \(subrequest_output_buffer_size\); nothing was started\.
^200 ephemeral GitLab's answer is larger than nginx takes \(subrequest_output_buffer_size\); nothing was started\.
^200 ephemeral GitLab's answer is larger than nginx takes \(subrequest_output_buffer_size\); nothing was started\.
^200 ephemeral GitLab's answer is larger than nginx takes \(subrequest_output_buffer_size\); nothing was started\.
^200 in_channel `hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- pipelines: 1
--- branches: main



=== TEST 9: every step is slow, all in all slower than Slack waits
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms;
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => after 0.5s
GET /projects/ops%2Finfra => after 0.3s
GET /projects/ops%2Finfra/repository/branches/main => after 0.3s
GET /projects/ops%2Finfra/ci/lint => after 0.3s
POST /projects/ops%2Finfra/repository/commits => after 0.3s
POST /projects/ops%2Finfra/pipeline => after 0.3s
--- slack: /gitlab run hello-world
--- answer: GitLab takes its time; the command goes on, and what becomes of it is posted here.
--- answer_type: ephemeral
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- pipelines: 1
--- branches: main



=== TEST 10: slow, and then it refuses: what is refused is posted
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms;
--- gitlab
GET /projects/ops%2Finfra => after 0.6s
--- slack: /gitlab run nothing-like-it
--- answer_like: ^GitLab takes its time
--- channel_like: ^There is no job `nothing-like-it`
--- channel_type: ephemeral
--- posts: 1
--- run_state: refused
--- reply_state: posted
--- pipelines: 0



=== TEST 11: never an answer
--- http_config eval: $::Http
--- config eval: $::Impatient
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => hang
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- channel_like: ^GitLab did not answer when it was asked for your membership of the project; nothing was started
--- channel_type: ephemeral
--- posts: 1
--- run_state: refused
--- pipelines: 0



=== TEST 12: what is known already is used while GitLab is away
--- chatops: chatops_poll_interval 100ms; chatops_config_ttl 1ms;
--- gitlab
GET /projects/ops%2Finfra => 500 skip 1
GET /projects/ops%2Finfra/repository/branches/main => 502 skip 1
--- slack: /gitlab run hello-world
--- then
wait for posts 1
/gitlab run hello-world
--- then_like
^200 in_channel `hello-world` is scheduled
--- posts: 2
--- pipelines: 2
--- error_log
what was known before is used



=== TEST 13: but nobody's access is taken for granted
--- chatops: chatops_poll_interval 100ms; chatops_access_ttl 1ms;
--- gitlab
GET /projects/ops%2Finfra/members/all/17 => 500 skip 1
--- slack: /gitlab run hello-world
--- then
wait for posts 1
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab did not answer when it was asked for your membership
--- posts: 1
--- pipelines: 1
--- branches: main



=== TEST 14: a kept connection that GitLab has closed: what only reads is asked again
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra => drop
GET /projects/ops%2Finfra/ci/lint => drop
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- posts: 1
--- gitlab_calls
GET /projects/ops%2Finfra x2
GET /projects/ops%2Finfra/ci/lint x2



=== TEST 15: the commit: each wrong answer is told, the branch goes, nothing runs
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 401 {"message":"401 Unauthorized"}
POST /projects/ops%2Finfra/repository/commits => 403 {"message":"403 Forbidden"}
POST /projects/ops%2Finfra/repository/commits => 400 {"message":"You are not allowed to push into this branch"}
POST /projects/ops%2Finfra/repository/commits => 429 Retry later {Retry-After: 7}
POST /projects/ops%2Finfra/repository/commits => 500 {"message":"500 Internal Server Error"}
POST /projects/ops%2Finfra/repository/commits => drop
POST /projects/ops%2Finfra/repository/commits => drop_after
POST /projects/ops%2Finfra/repository/commits => truncate
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab refused when it was asked to make a branch for the run \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral GitLab refused when it was asked to make a branch for the run \(status 400: You are not allowed to push into this branch\); nothing was started\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
^200 ephemeral GitLab did not answer when it was asked to make a branch for the run \(status 500\); nothing was started\.
^200 ephemeral GitLab did not answer when it was asked to make a branch for the run; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked to make a branch for the run; nothing was started\.
^200 ephemeral GitLab did not answer when it was asked to make a branch for the run.*; nothing was started\.
--- chatops: chatops_poll_interval 100ms;
--- run_state: refused
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main
--- pipelines: 0
--- posts: 0
--- gitlab_calls
POST /projects/ops%2Finfra/repository/commits x8
POST /projects/ops%2Finfra/pipeline x0



=== TEST 16: the commit is never answered
--- http_config eval: $::Http
--- config eval: $::Impatient
--- gitlab
POST /projects/ops%2Finfra/repository/commits => late 0s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- channel_like: ^GitLab did not answer when it was asked to make a branch for the run; nothing was started
--- posts: 1
--- run_state: refused
--- cleanup: branch-gone
--- branches: main
--- pipelines: 0



=== TEST 17: the pipeline is refused: each reason is told, the branch goes
--- gitlab
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Reference not found"]}}
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Too many pipelines created in the last minute. Try again later."]}}
POST /projects/ops%2Finfra/pipeline => 401 {"message":"401 Unauthorized"}
POST /projects/ops%2Finfra/pipeline => 403 {"message":"403 Forbidden"}
POST /projects/ops%2Finfra/pipeline => 404 {"message":"404 Project Not Found"}
POST /projects/ops%2Finfra/pipeline => 429 Retry later {Retry-After: 7}
--- then
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
/gitlab run hello-world
--- then_like
^200 ephemeral GitLab refused when it was asked to run the pipeline \(status 400: Reference not found\); nothing was started\.$
^200 ephemeral GitLab refused when it was asked to run the pipeline \(status 400: Too many pipelines created in the last minute\. Try again later\.\); nothing was started\.$
^200 ephemeral GitLab does not accept the token of this service \(401\); nothing was started
^200 ephemeral GitLab refused when it was asked to run the pipeline \(status 403: 403 Forbidden\); nothing was started\.$
^200 ephemeral GitLab refused when it was asked to run the pipeline \(status 404: 404 Project Not Found\); nothing was started\.$
^200 ephemeral GitLab asks for fewer requests; nothing was started\. Please try again in 7 seconds\.$
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- run_state: refused
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main
--- pipelines: 0
--- posts: 0
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x6



=== TEST 18: the pipeline's answer is lost, the pipeline is there
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
--- slack: /gitlab run hello-world
--- answer: GitLab has not confirmed that the job was started. I find out, and post here what became of it.
--- answer_type: ephemeral
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1
--- error_log
GitLab did not confirm the pipeline
found: pipeline



=== TEST 19: the pipeline's answer is cut off
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => truncate
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 20: the pipeline's answer is larger than the buffer
--- http_config eval: $::Http
--- config eval: $::LongPipeline
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 21: the pipeline's answer never comes
--- http_config eval: $::Http
--- config eval: $::Impatient
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 0s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 22: the pipeline's answer comes late, but it comes
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s; chatops_ack_timeout 300ms;
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 2.5s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1
GET /projects/ops%2Finfra/pipelines x0



=== TEST 23: GitLab makes no pipeline (500): asked again, once it is certain
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500 {"message":"500 Internal Server Error"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- branches: main
--- pipelines: 1
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2
--- error_log
GitLab has no pipeline for it, it is asked again



=== TEST 24: GitLab drops the request for a pipeline: asked again, once it is certain
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2



=== TEST 25: the second request for a pipeline is lost too
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500
POST /projects/ops%2Finfra/pipeline => drop_after
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- within: 15
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2



=== TEST 26: GitLab never makes the pipeline
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 500ms;
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500 always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: GitLab did not make the pipeline, though it was asked several times; nothing was started.
--- channel_type: ephemeral
--- posts: 1
--- run_state: refused
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main
--- pipelines: 0
--- within: 20



=== TEST 27: asked again, it refuses
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500
POST /projects/ops%2Finfra/pipeline => 400 {"message":{"base":["Reference not found"]}}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: GitLab refused when it was asked to run the pipeline (status 400: Reference not found); nothing was started.
--- channel_type: ephemeral
--- posts: 1
--- run_state: refused
--- branches: main
--- pipelines: 0



=== TEST 28: where the pipeline is looked for, GitLab stumbles as well
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 500ms;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
GET /projects/ops%2Finfra/pipelines => 500
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- within: 20
--- channel: <@U0001>: Hello World.
--- posts: 2
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 29: it stays unknown whether there is a pipeline: said, and nothing is sent again
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 500ms; chatops_reply_timeout 3s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after
GET /projects/ops%2Finfra/pipelines => 403 {"message":"403 Forbidden"} always
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel_like: ^<@U0001>: `hello-world` may or may not have been started: .* look at <https?://[^|>]+/ops/infra/-/pipelines\|
--- posts: 1
--- run_state: ambiguous
--- reply_kind: ambiguous
--- pipelines: 1
--- branches: main
--- within: 20
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 30: the jobs cannot be read for a while: each wrong answer
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 500 {"message":"500 Internal Server Error"}
GET /projects/ops%2Finfra/pipelines/*/jobs => drop
GET /projects/ops%2Finfra/pipelines/*/jobs => truncate
GET /projects/ops%2Finfra/pipelines/*/jobs => garbage
GET /projects/ops%2Finfra/pipelines/*/jobs => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/pipelines/*/jobs => 403 {"message":"403 Forbidden"}
GET /projects/ops%2Finfra/pipelines/*/jobs => 404 {"message":"404 Not found"}
GET /projects/ops%2Finfra/pipelines/*/jobs => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra/pipelines/*/jobs => 200 []
GET /projects/ops%2Finfra/pipelines/*/jobs => after 1.5s
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- reply_kind: result
--- branches: main
--- pipelines: 1



=== TEST 31: the jobs: GitLab asks for fewer requests
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 429 Retry later {Retry-After: 2}
--- slack: /gitlab run hello-world
--- then
wait for call GET /projects/ops%2Finfra/pipelines/*/jobs
--- channel: <@U0001>: Hello World.
--- posts: 1
--- branches: main
--- error_log
asks for fewer requests: this worker's collector waits 2 s



=== TEST 32: the pipeline has been deleted
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 404 {"message":"404 Not found"} always
--- within: 20
--- slack: /gitlab run hello-world
--- channel_like: ^<@U0001>: The pipeline of `hello-world` is gone from GitLab
--- posts: 1
--- run_state: gone
--- reply_kind: gone
--- cleanup: branch-gone
--- branches: main



=== TEST 33: GitLab cannot be reached any more: told when the time is over
--- http_config eval: $::Http
--- config eval: "chatops_reply_timeout 3s;\n$::CurlIsLost"
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel_like: ^<@U0001>: `hello-world` has not finished (?:within \d seconds?|in time): its output will not be posted here\. Follow it at <https:
--- posts: 1
--- run_state: watching
--- reply_kind: expired
--- reply_state: posted



=== TEST 34: several runs: the list of pipelines cannot be read for a while
--- chatops: chatops_poll_interval 100ms;
--- ci
slow:
  script: ["sleep 1.5; echo done $CHAT_INPUT"]
--- gitlab
GET /projects/ops%2Finfra/pipelines => 500
GET /projects/ops%2Finfra/pipelines => drop
GET /projects/ops%2Finfra/pipelines => truncate
GET /projects/ops%2Finfra/pipelines => 200 <html><h1>Back soon</h1></html> {Content-Type: text/html}
GET /projects/ops%2Finfra/pipelines => 200 []
--- then
4 times /gitlab run slow {n}
wait for call GET /projects/ops%2Finfra/pipelines
--- posts_each: 1
--- posts: 4
--- run_state: finished
--- pipelines: 4
--- branches: main



=== TEST 35: the log cannot be read for a while: each wrong answer
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 401 {"message":"401 Unauthorized"}
GET /projects/ops%2Finfra/jobs/*/trace => drop
GET /projects/ops%2Finfra/jobs/*/trace => truncate
--- slack: /gitlab run hello-world
--- within: 20
--- channel: <@U0001>: Hello World.
--- posts: 1
--- reply_kind: result
--- branches: main
--- gitlab_calls
GET /projects/ops%2Finfra/jobs/*/trace x4



=== TEST 36: the log is empty at first, then half of it, then slow
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 200
GET /projects/ops%2Finfra/jobs/*/trace => 200 Running with gitlab-runner 17.0.0
GET /projects/ops%2Finfra/jobs/*/trace => after 1s
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- within: 20
--- branches: main



=== TEST 37: the log: GitLab asks for fewer requests
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 429 Retry later {Retry-After: 2}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- branches: main
--- gitlab_calls
GET /projects/ops%2Finfra/jobs/*/trace x2



=== TEST 38: the log has been erased
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 404 {"message":"404 Not found"} always
--- slack: /gitlab run hello-world
--- channel_like: ^<@U0001>: `hello-world` passed, but its log could not be read\. See <https://gitlab\.example\.com/ops/infra/-/jobs/\d+\|job \d+> \(run `\w{26}`\)\.$
--- posts: 1
--- run_state: finished
--- reply_kind: no-log
--- branches: main
--- gitlab_calls
GET /projects/ops%2Finfra/jobs/*/trace x1



=== TEST 39: the log cannot be read until the time is over
--- chatops: chatops_poll_interval 100ms; chatops_reply_timeout 4s;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => 500 always
--- within: 20
--- slack: /gitlab run hello-world
--- channel_like: ^<@U0001>: `hello-world` passed, but its log could not be read\.
--- posts: 1
--- reply_kind: no-log
--- branches: main



=== TEST 40: the branch cannot be removed at first
--- chatops: chatops_poll_interval 100ms;
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => 500
DELETE /projects/ops%2Finfra/repository/branches/* => drop
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- cleanup: branch-gone
--- branches: main
--- gitlab_calls
DELETE /projects/ops%2Finfra/repository/branches/* x3



=== TEST 41: the branch: GitLab asks for fewer requests
--- chatops: chatops_poll_interval 100ms;
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => 429 Retry later {Retry-After: 2}
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- cleanup: branch-gone
--- branches: main
--- gitlab_calls
DELETE /projects/ops%2Finfra/repository/branches/* x2



=== TEST 42: the branch is removed, but nobody hears of it
--- chatops: chatops_poll_interval 100ms;
--- gitlab
DELETE /projects/ops%2Finfra/repository/branches/* => drop_after
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- cleanup: branch-gone
--- branches: main
--- gitlab_calls
DELETE /projects/ops%2Finfra/repository/branches/* x2



=== TEST 43: Slack hangs up while GitLab checks
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/ci/lint => after 0.6s
--- then
hang up 0.2 /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- pipelines: 1
--- branches: main



=== TEST 44: Slack hangs up while the branch is made
--- chatops: chatops_poll_interval 100ms;
--- gitlab
POST /projects/ops%2Finfra/repository/commits => after 0.6s
--- then
hang up 0.2 /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- pipelines: 1
--- branches: main



=== TEST 45: Slack hangs up while the pipeline is made
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 0.8s
--- then
hang up 0.2 /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 46: Slack hangs up and GitLab loses the pipeline's answer
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab
GET /projects/ops%2Finfra/ci/lint => after 0.5s
POST /projects/ops%2Finfra/pipeline => drop_after
--- then
hang up 0.2 /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- run_state: finished
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 47: a project that forbids pipeline variables is asked only once
--- chatops: chatops_poll_interval 100ms;
--- gitlab_set: {"project":{"minimum_override_role":"no_one_allowed"}}
--- ci
write:
  script:
    - printf '%s in %s' "$CHAT_INPUT" "$CHAT_CHANNEL" > "$JOB_WRITES"; echo written
--- slack: /gitlab run write $SECRET ${HOME} it's "this"
--- answer_like: ^`write` is scheduled
--- then
wait for posts 1
/gitlab run write $SECRET ${HOME} it's "this"
--- then_like
^200 in_channel `write` is scheduled
--- posts: 2
--- job_wrote chomp
$SECRET ${HOME} it's "this" in ops
--- run_state: finished
--- branches: main
--- pipelines: 2
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x3
POST /projects/ops%2Finfra/repository/commits x3



=== TEST 48: variables are forbidden, and the second commit fails
--- chatops: chatops_poll_interval 100ms;
--- gitlab_set: {"project":{"minimum_override_role":"no_one_allowed"}}
--- gitlab
POST /projects/ops%2Finfra/repository/commits => 500 skip 1
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab did not answer when it was asked to make a branch for the run \(status 500\); nothing was started
--- answer_type: ephemeral
--- run_state: refused
--- cleanup: branch-gone
--- branches: main
--- pipelines: 0
--- posts: 0



=== TEST 49: variables are forbidden, and the second pipeline's answer is lost
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab_set: {"project":{"minimum_override_role":"no_one_allowed"}}
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"; echo written
--- gitlab
POST /projects/ops%2Finfra/pipeline => drop_after skip 1
--- slack: /gitlab run write $SECRET
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: written
--- job_wrote chomp
$SECRET
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x2



=== TEST 50: variables are forbidden, and the pipeline is made only when asked again
--- chatops: chatops_poll_interval 100ms; chatops_gitlab_timeout 1s;
--- gitlab_set: {"project":{"minimum_override_role":"no_one_allowed"}}
--- ci
write:
  script:
    - printf '%s' "$CHAT_INPUT" > "$JOB_WRITES"; echo written
--- gitlab
POST /projects/ops%2Finfra/pipeline => 500 skip 1
--- slack: /gitlab run write $SECRET
--- answer_like: ^GitLab has not confirmed that the job was started
--- channel: <@U0001>: written
--- job_wrote chomp
$SECRET
--- pipelines: 1
--- branches: main
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x3
