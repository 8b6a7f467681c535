use lib 't/lib';
use Test::ChatOps;

use Test::ChatOps::Words qw($Slow);

# What another worker goes on with, when the world has changed meanwhile.

our $Quick = "chatops_poll_interval 100ms;\nchatops_ack_timeout 300ms;\n"
    . "chatops_gitlab_timeout 1s;\nchatops_config_ttl 100ms;\n"
    . "chatops_trigger isolated;\n";


# After so many seconds nginx.conf has a line more in the location.
sub configure_in {
    my ($seconds, $line) = @_;

    my $conf = "$ENV{TEST_NGINX_SERVROOT}/conf/nginx.conf";

    system '(sleep ' . $seconds * $Slow
        . "; sed -i 's|chatops_trigger isolated;|& $line|' $conf) &";
}

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a branch was made of what the job was then: it is made anew
--- chatops eval: $::Quick
--- ci
say:
  only: [chat]
  script: ["echo old"]
--- gitlab
POST /projects/ops%2Finfra/repository/commits => late 6s
--- then
/gitlab run say
wait for call POST /projects/ops%2Finfra/repository/commits
set {"files":{".gitlab-ci.yml":"say:\n  only: [chat]\n  script: [echo new]\n"}}
kill worker
--- then_like
200 ephemeral GitLab takes its time
--- within: 40
--- channel: <@U0001>: new
--- pipelines: 1
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- error_log
exited on signal 9
--- no_error_log
[emerg]



=== TEST 2: chatops_branch is another one meanwhile: the branch keeps its name, and goes
--- init: main::configure_in(1.5, 'chatops_branch bot/*;')
--- chatops eval: $::Quick
--- ci
say:
  only: [chat]
  script: ["echo $CI_COMMIT_BRANCH"]
--- gitlab
POST /projects/ops%2Finfra/repository/commits => late 6s
--- then
/gitlab run say
wait for call POST /projects/ops%2Finfra/repository/commits
wait 1.5
restart
--- then_like
200 ephemeral GitLab takes its time
--- within: 40
--- channel_like: ^<@U0001>: chatops/\w+$
--- pipelines: 1
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- no_error_log
[emerg]
