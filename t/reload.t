use lib 't/lib';
use Test::ChatOps;

use HTTP::Tiny;
use JSON::PP;
use Test::ChatOps::Nginx qw(master_pid worker_pids);
use Test::ChatOps::Words qw(await $Slow);

# --- init                remember() the workers there are, and reload_in()
#                         so many seconds, while a request is answered
# --- old_workers_gone    these have gone within so many seconds
# --- posts_in_the_end    how many messages there are after all else
# --- each_once           these messages, a line each, are there once

our @Old;


sub remember {
    await(5, sub { @Old = worker_pids(master_pid()); @Old == 2 });
}


sub reload_in {
    my ($seconds) = @_;

    remember();
    system '(sleep ' . $seconds * $Slow . '; kill -HUP ' . master_pid() . ') &';
}


add_response_body_check(sub {
    my ($block, $content, $request, $repeated, $dry_run) = @_;

    return if $dry_run;

    if (defined $block->old_workers_gone) {
        my $there = sub { grep { Test::ChatOps::Nginx::alive($_) } @Old };

        await(0 + $block->old_workers_gone, sub { !$there->() });
        is(scalar(() = $there->()), 0, $block->name . ' - old_workers_gone');
        is(scalar @Old, 2, $block->name . ' - there were two');
    }

    my $url = "http://127.0.0.1:$ENV{TEST_NGINX_SLACK_PORT}/_control/posts";
    my $posts = decode_json(HTTP::Tiny->new->get($url)->{content});

    if (defined $block->posts_in_the_end) {
        is(scalar @$posts, 0 + $block->posts_in_the_end,
           $block->name . ' - posts_in_the_end');
    }

    for my $text (split /\n/, $block->each_once // '') {
        is(scalar(grep { $_->{text} eq $text } @$posts), 1,
           $block->name . " - each_once: $text");
    }
});

workers(2);
plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: reload before the answer, while GitLab is asked
--- init: main::reload_in(0.4)
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/ci/lint => after 1s
--- slack: /gitlab run hello-world
--- answer_like: ^`hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- pipelines: 1
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 1
--- error_log
gracefully shutting down



=== TEST 2: reload after the answer, while the branch is made
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms;
--- gitlab
POST /projects/ops%2Finfra/repository/commits => after 1.5s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- then
reload
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- pipelines: 1
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 2
--- gitlab_calls
POST /projects/ops%2Finfra/repository/commits x1



=== TEST 3: reload after the answer, while the pipeline is made
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms; chatops_gitlab_timeout 1s;
--- gitlab
POST /projects/ops%2Finfra/pipeline => late 1.5s
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- then
reload
--- all_posts_like
^`hello-world` is scheduled: <https:
^<@U0001>: Hello World\.$
--- posts: 2
--- run_state: finished
--- pipelines: 1
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 2
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x1



=== TEST 4: reload while the job runs, more than once
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms;
--- ci
long:
  script: ["sleep 2; echo done"]
--- slack: /gitlab run long
--- then
reload
wait 0.6
reload
wait 0.6
reload
--- channel: <@U0001>: done
--- posts: 1
--- run_state: finished
--- pipelines: 1
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 1



=== TEST 5: reload while the log is fetched: it is not waited for
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms;
--- gitlab
GET /projects/ops%2Finfra/jobs/*/trace => after 20s
--- slack: /gitlab run hello-world
--- then
wait for call GET /projects/ops%2Finfra/jobs/*/trace
reload
--- channel: <@U0001>: Hello World.
--- posts: 1
--- run_state: finished
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 1
--- gitlab_calls
GET /projects/ops%2Finfra/jobs/*/trace x2



=== TEST 6: reload while Slack takes the reply: it is waited for
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
after 2s
--- slack: /gitlab run hello-world
--- then
wait for attempts 1
reload
--- channel: <@U0001>: Hello World.
--- posts: 1
--- reply_state: posted
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 1



=== TEST 7: reload while the reply is tried again
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
500 x2
--- slack: /gitlab run hello-world
--- then
wait for attempts 1
reload
--- channel: <@U0001>: Hello World.
--- posts: 1
--- reply_state: posted
--- branches: main
--- old_workers_gone: 5
--- posts_in_the_end: 1



=== TEST 8: reload while nothing is to be done
--- init: main::remember()
--- chatops: chatops_poll_interval 100ms;
--- then
reload
wait 0.5
/gitlab run hello-world
--- then_like
^200 in_channel `hello-world` is scheduled
--- channel: <@U0001>: Hello World.
--- posts: 1
--- pipelines: 1
--- branches: main
--- old_workers_gone: 5



=== TEST 9: all workers are killed: while a reply is posted, a pipeline is made, a branch is made
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms; chatops_gitlab_timeout 1s;
--- ci
say:
  script: ["echo $CHAT_INPUT"]
--- slack_faults
hang
--- gitlab
POST /projects/ops%2Finfra/repository/commits => after 4s skip 2
POST /projects/ops%2Finfra/pipeline => late 6s skip 1
--- slack: /gitlab run say one
--- answer_like: is scheduled|GitLab takes its time
--- then
wait for attempts 1
/gitlab run say two
/gitlab run say three
kill worker
--- then_like
^200 ephemeral GitLab takes its time
^200 ephemeral GitLab takes its time
--- within: 40
--- reply_state: posted
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- pipelines: 3
--- each_once
<@U0001>: one
<@U0001>: two
<@U0001>: three
--- gitlab_calls
POST /projects/ops%2Finfra/pipeline x3
--- error_log
exited on signal 9
--- no_error_log
[emerg]



=== TEST 10: all of nginx is killed while the job runs, and started again
--- chatops: chatops_poll_interval 100ms;
--- ci
long:
  script: ["sleep 2; echo done"]
--- slack: /gitlab run long
--- then
wait for watching
restart
--- within: 30
--- channel: <@U0001>: done
--- posts: 1
--- run_state: finished
--- pipelines: 1
--- branches: main
--- posts_in_the_end: 1
--- no_error_log
[emerg]
