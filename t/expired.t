use lib 't/lib';
use Test::ChatOps;

use HTTP::Tiny;
use JSON::PP;
use Test::ChatOps::Words 'await';

# --- posts_in_the_end    how many messages there are after all else
# --- delete_pipeline     before that: somebody deletes the last pipeline, and
#                         the run gets into this state

my $http = HTTP::Tiny->new;


sub ask {
    my ($port, $what, $json) = @_;

    my $url = "http://127.0.0.1:$port/_control/$what";
    my $answer = defined $json
        ? $http->post($url, { content => encode_json($json) })
        : $http->get($url);

    return decode_json($answer->{content});
}


add_response_body_check(sub {
    my ($block, $content, $request, $repeated, $dry_run) = @_;

    return if $dry_run;

    if (defined(my $expected = $block->delete_pipeline)) {
        chomp $expected;

        my $state = sub { return (Test::ChatOps::runs())[-1]{state} };
        my $gitlab = $ENV{TEST_NGINX_GITLAB_PORT};
        my $id = ask($gitlab, 'state')->{pipelines}[-1]{id};

        ask($gitlab, 'delete_pipeline', { pipeline => $id });
        await(20, sub { $state->() eq $expected });
        is($state->(), $expected, $block->name . ' - delete_pipeline');
    }

    if (defined $block->posts_in_the_end) {
        my $posts = ask($ENV{TEST_NGINX_SLACK_PORT}, 'posts');

        is(scalar @$posts, 0 + $block->posts_in_the_end,
           $block->name . ' - posts_in_the_end');
    }
});

plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: a job that takes longer than Slack's 30 minutes, here 3 seconds
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 3s;
--- ci
long:
  script: ["sleep 6; echo -n done > $JOB_WRITES; echo done"]
--- slack: /gitlab run long
--- answer_like: ^`long` is scheduled
--- then
wait for posts 1
--- channel_like: ^<@U0001>: `long` has not finished (?:within \d seconds?|in time): its output will not be posted here\. Follow it at <https://gitlab\.example\.com/ops/infra/-/(?:jobs|pipelines)/\d+\|(?:job|pipeline) \d+>\.$
--- channel_type: in_channel
--- within: 20
--- run_state: finished
--- reply_kind: expired
--- reply_state: posted
--- cleanup: branch-gone
--- branches: main
--- job_wrote chomp
done
--- job_status: success
--- pipelines: 1
--- posts: 1
--- posts_in_the_end: 1



=== TEST 2: its branch stays for as long as it runs
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 2s;
--- ci
long:
  script: ["sleep 30"]
--- slack: /gitlab run long
--- then
wait for posts 1
wait 2
--- channel_like: ^<@U0001>: `long` has not finished (?:within|in time)
--- posts: 1
--- run_state: watching
--- reply_kind: expired
--- cleanup: branch-made
--- gitlab_calls_unlike
DELETE /projects/ops%2Finfra/repository/branches/*



=== TEST 3: a job that fails later is not told either
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 2s;
--- ci
long:
  script: ["sleep 4; exit 3"]
--- slack: /gitlab run long
--- then
wait for posts 1
--- channel_like: ^<@U0001>: `long` has not finished (?:within|in time)
--- within: 20
--- run_state: finished
--- reply_kind: expired
--- branches: main
--- job_status: failed
--- posts: 1
--- posts_in_the_end: 1



=== TEST 4: several at once
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 4s;
--- ci
long:
  script: ["sleep 7"]
quick:
  script: ["echo done"]
--- then
4 times /gitlab run long
/gitlab run quick
--- within: 20
--- posts_each: 1
--- run_state: finished
--- reply_kind: expired result
--- branches: main
--- pipelines: 5
--- posts: 5



=== TEST 5: the pipeline is deleted after that
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 2s;
--- ci
long:
  script: ["sleep 30"]
--- slack: /gitlab run long
--- channel_like: ^<@U0001>: `long` has not finished (?:within|in time)
--- posts: 1
--- run_state: watching
--- reply_kind: expired
--- delete_pipeline: gone
--- posts_in_the_end: 1



=== TEST 6: GitLab asks for fewer requests beyond the end of the time
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 2s;
--- ci
long:
  script: ["sleep 30"]
--- gitlab
GET /projects/ops%2Finfra/pipelines/*/jobs => 429 Retry later {Retry-After: 60}
--- slack: /gitlab run long
--- channel_like: ^<@U0001>: `long` has not finished (?:within|in time)
--- posts: 1



=== TEST 7: Slack does not take the message at first
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 2s;
--- ci
long:
  script: ["sleep 4; echo done"]
--- slack_faults
429 {Retry-After: 1}
500
--- slack: /gitlab run long
--- within: 20
--- channel_like: ^<@U0001>: `long` has not finished (?:within|in time)
--- posts: 1
--- run_state: finished
--- branches: main



=== TEST 8: the job ends in time, its log does not come in time
--- chatops: chatops_poll_interval 50ms; chatops_reply_timeout 4s;
--- within: 20
--- gitlab_set: {"runner":{"trace_delay_ms":60000}}
--- slack: /gitlab run hello-world
--- channel_like: ^<@U0001>: `hello-world` passed, but its log could not be read\. See <https://gitlab\.example\.com/ops/infra/-/jobs/\d+\|job \d+>
--- reply_kind: no-log
--- posts: 1
--- branches: main
