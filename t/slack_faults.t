use lib 't/lib';
use Test::ChatOps;

use HTTP::Tiny;
use JSON::PP;

# --- attempts    how many requests to response URLs there were, in the end

add_response_body_check(sub {
    my ($block, $content, $request, $repeated, $dry_run) = @_;

    return if $dry_run || !defined $block->attempts;

    my $url = "http://127.0.0.1:$ENV{TEST_NGINX_SLACK_PORT}/_control/attempts";
    my $attempts = decode_json(HTTP::Tiny->new->get($url)->{content});

    is(scalar @$attempts, 0 + $block->attempts, $block->name . ' - attempts');
});

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: Slack asks for fewer messages
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
429 {Retry-After: 2}
--- slack: /gitlab run hello-world
--- then
wait for attempts 1
wait 1
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 2
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main



=== TEST 2: Slack asks for fewer messages and does not say for how long
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
429
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 2
--- reply_state: posted



=== TEST 3: Slack stumbles twice
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
500
503
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 3
--- reply_state: posted
--- branches: main
--- error_log
Slack answered the reply with status 500
Slack answered the reply with status 503



=== TEST 4: Slack closes the connection
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
drop
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 2
--- reply_state: posted
--- error_log
Slack did not take the reply: no whole answer



=== TEST 5: Slack takes the message, but does not say so: rather twice than never
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
drop_after
--- slack: /gitlab run hello-world
--- all_posts_like
^<@U0001>: Hello World\.$
^<@U0001>: Hello World\.$
--- posts: 2
--- reply_state: posted



=== TEST 6: Slack does not answer, and is asked again
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
hang
--- slack: /gitlab run hello-world
--- within: 25
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 2
--- reply_state: posted



=== TEST 7: Slack is slow
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
after 2s
--- slack: /gitlab run hello-world
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 1
--- reply_state: posted



=== TEST 8: the response URL has been used up: lost, and loudly
--- chatops: chatops_poll_interval 100ms;
--- slack_faults
404 {"ok":false,"error":"used_url"} always
--- slack: /gitlab run hello-world
--- reply_state: undeliverable
--- run_state: finished
--- cleanup: branch-gone
--- branches: main
--- posts: 0
--- attempts: 1
--- error_log
the reply (result) to T0001/U0001 in channel C0001 is lost: Slack refused it; pipeline https://gitlab.example.com/ops/infra/-/pipelines/



=== TEST 9: the response URL is too old
--- chatops: chatops_poll_interval 100ms;
--- slack: /gitlab run hello-world
--- ci
hello-world:
  script: ["sleep 1; echo Hello World."]
--- then
clock 1801
--- reply_state: undeliverable
--- branches: main
--- posts: 0
--- attempts: 1
--- error_log
is lost: Slack refused it



=== TEST 10: Slack stumbles until the response URL is too old
--- chatops: chatops_poll_interval 100ms; chatops_reply_timeout 223s;
--- slack_faults
500 always
--- slack: /gitlab run hello-world
--- signature: almost_stale
--- within: 20
--- reply_state: undeliverable
--- cleanup: branch-gone
--- branches: main
--- posts: 0
--- error_log
is lost: the response_url is too old



=== TEST 11: the first message is lost, the result comes
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms;
--- gitlab
GET /projects/ops%2Finfra => after 0.6s
--- slack_faults
404 {"ok":false,"error":"no_such_url"}
--- slack: /gitlab run hello-world
--- answer_like: ^GitLab takes its time
--- channel: <@U0001>: Hello World.
--- posts: 1
--- attempts: 2
--- reply_state: posted



=== TEST 12: what was refused after the answer is posted in spite of Slack
--- chatops: chatops_poll_interval 100ms; chatops_ack_timeout 300ms;
--- gitlab
GET /projects/ops%2Finfra => after 0.6s
--- slack_faults
500
--- slack: /gitlab run nothing-like-it
--- answer_like: ^GitLab takes its time
--- channel_like: ^There is no job `nothing-like-it`
--- posts: 1
--- attempts: 2
--- run_state: refused
--- reply_state: posted



=== TEST 13: one person's trouble is not another's
--- chatops: chatops_poll_interval 100ms;
--- ci
say:
  script: ["echo $CHAT_INPUT"]
--- slack_faults
500 x3
--- then
6 times /gitlab run say {n}
--- within: 20
--- posts_each: 1
--- posts: 6
--- reply_state: posted
--- branches: main
