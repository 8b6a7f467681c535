use lib 't/lib';
use Test::ChatOps;

use HTTP::Tiny;
use JSON::PP;
use Test::ChatOps::Words qw(await $Slow);

# --- results    each command `say <n>` has got "<@U0001>: <n>", once, within
#                so many seconds
# --- connections   "METHOD /path N": of all such calls to GitLab, at most N
#                   connections were used

our $Count = int(200 / $Slow);


sub ask {
    my ($port, $what) = @_;

    my $url = "http://127.0.0.1:$port/_control/$what";

    return decode_json(HTTP::Tiny->new(timeout => 60)->get($url)->{content});
}


sub results {
    my $slack = $ENV{TEST_NGINX_SLACK_PORT};
    my %posts;

    for my $post (@{ ask($slack, 'posts') }) {
        $posts{ $post->{command} }{ $post->{text} }++;
    }

    return map {
        my ($n) = $_->{typed} =~ /(\d+)\z/;
        $posts{ $_->{id} }{"<\@U0001>: $n"} // 0;
    } grep { $_->{typed} =~ /\d\z/ } @{ ask($slack, 'commands') };
}


add_response_body_check(sub {
    my ($block, $content, $request, $repeated, $dry_run) = @_;

    return if $dry_run;

    my $name = $block->name;

    if (defined $block->results) {
        my @results;

        await(0 + $block->results, sub {
            @results = results();
            return !grep { !$_ } @results;
        });

        ok(@results > 0, "$name - there are commands");
        is(scalar(grep { $_ == 0 } @results), 0, "$name - none without reply");
        is(scalar(grep { $_ > 1 } @results), 0, "$name - none with several");
    }

    for my $line (split /\n/, $block->connections // '') {
        my ($method, $path, $most) = split / /, $line;
        my $pattern = Test::ChatOps::Words::path_pattern($path);
        my $log = ask($ENV{TEST_NGINX_GITLAB_PORT}, 'log');
        my @calls = grep { $_->{method} eq $method && $_->{path} =~ /$pattern/ }
                    @{ $log->{requests} };
        my %used = map { $_->{connection} => 1 } @calls;

        Test::More::note(@calls . " calls, " . keys(%used) . " connections: $line");
        ok(@calls > $most, "$name - more calls than connections: $line");
        cmp_ok(scalar keys %used, '<=', $most, "$name - connections: $line");
    }
});

log_level("info");
workers(2);
worker_connections(2048);
plan 'no_plan';
no_shuffle();
run_tests();

__DATA__

=== TEST 1: 200 commands at once: each has its answer in time, and its reply once
--- ci
say:
  script: ["echo $CHAT_INPUT"]
--- gitlab_set: {"runner":{"limit":16}}
--- then eval: "$::Count times /gitlab run say {n}"
--- then_like
^200 (?:in_channel `say` is scheduled|ephemeral GitLab takes its time)
--- results: 90
--- within: 60
--- run_state: finished
--- reply_state: posted
--- runs eval: $::Count
--- pipelines eval: $::Count
--- branches: main
--- gitlab_calls
GET /projects/ops%2Finfra/members/all/17 x1
GET /projects/ops%2Finfra x1
GET /projects/ops%2Finfra/ci/lint x1
--- connections
GET /projects/ops%2Finfra/jobs/*/trace 50
DELETE /projects/ops%2Finfra/repository/branches/* 50



=== TEST 2: one after the other: connections to GitLab are used again
--- chatops: chatops_poll_interval 100ms;
--- ci
say:
  script: ["echo $CHAT_INPUT"]
--- then
/gitlab run say 1
/gitlab run say 2
/gitlab run say 3
/gitlab run say 4
/gitlab run say 5
/gitlab run say 6
/gitlab run say 7
/gitlab run say 8
--- results: 30
--- pipelines: 8
--- branches: main
--- connections
POST /projects/ops%2Finfra/repository/commits 4
POST /projects/ops%2Finfra/pipeline 4
