package Test::ChatOps;

# Test::Nginx for ChatOps: stand-ins for GitLab and Slack, commands that are
# signed, replies that are waited for.  A file of tests begins with
#
#     use lib 't/lib';
#     use Test::ChatOps;
#
#     plan 'no_plan';
#     no_shuffle();
#     run_tests();
#
# and has all sections of Test::Nginx besides these.
#
# What there is:
#
#   --- ci             .gitlab-ci.yml on the default branch of ops/infra
#   --- ci_files       further files: ">>> name" lines, as in user_files
#   --- gitlab_set     JSON: StandIn::GitLab::Control says what can be set
#   --- gitlab         faults, a line each, the first that fits counts:
#                        METHOD /path => STATUS [BODY] [{Header: value}]
#                        METHOD /path => drop | hang | garbage | truncate
#                        METHOD /path => drop_after | after 3s | late 5s
#                      (late: done, but answered so late; "*" in a path is a
#                      segment), and then "x3" for three times instead of
#                      once, "always", "skip 2"
#   --- ci_branches, --- ci_tags   .gitlab-ci.yml of other branches and tags:
#                      ">>> name" lines
#   --- ci_moved       .gitlab-ci.yml that somebody commits to main just before
#                      the next pipeline is made there
#   --- policy_jobs    jobs that each pipeline holds besides, a name a line,
#                      whatever the configuration says
#   --- protected      branches that only maintainers run pipelines on (main
#                      unless said); of a tag: "tag v*"; "none"
#   --- project_variables   KEY=value, or "protected KEY=value", a line each
#   --- integration    GitLab's own slash command: slack or mattermost, with
#                      "markdown" when links are to stay so; its token is
#                      in $TEST_NGINX_CHATOPS_DIR/native_token, and links
#                      lead to GitLab as nginx knows it
#   --- chat_users     whom GitLab knows by it: T0001/U0001 17, a line each,
#                      with "unverified" when they must confirm first
#                      (U0001 to U0003 as in $UserMap unless said)
#   --- gitlab_down    nothing listens where nginx looks for GitLab
#   --- slack_faults   429 {Retry-After: 1} / 500 x2 / hang / drop / drop_after
#   --- users          the map of users instead of $UserMap
#
# What is sent, as POST /chatops:
#
#   --- slack          what the person types: /gitlab run hello-world
#   --- slack_text     the same, as it is: for filters such as eval
#   --- slack_user     U0001 (alice, a Developer) unless said
#   --- slack_body     instead of the form
#   --- form           fields changed: name=value; "name" alone leaves it out
#   --- signature      a word of StandIn::Slack::Command, or old_secret
#   --- content_type
#
# A block without them, and without `request`, sends GET /, so that `then` is
# the first to send something.
#
# Configuration, for a block without `config` (which finds its things in
# $TEST_NGINX_CHATOPS_DIR, _GITLAB_PORT, _SLACK_PORT and _ROOT):
#
#   --- chatops        more directives in location = /chatops
#   --- chatops_http   more directives in http
#   --- chatops_server   and in server
#   --- gitlab_upstream  address:port between nginx and GitLab
#
# What is expected of the answer:
#
#   --- answer, --- answer_like, --- answer_unlike, --- answer_type
#   --- answer_within  3 s unless said
#
# What happens then, a line each (`--- reload_after: 0.5` is short for two):
#
#   --- then
#   wait 0.5                     seconds
#   wait for watching            until a run is in that state
#   wait for posts 2             that Slack has taken
#   wait for attempts 2          to post
#   wait for call GET /path
#   reload                       nginx -s reload
#   kill worker                  SIGKILL, all workers
#   restart                      SIGKILL for all of nginx, and a new start
#   clock 1800                   Slack's clock is ahead by so many seconds
#   play                         the manual job is started
#   connect 17                   GitLab user 17 follows the link that was
#                                shown last, to say who they are
#   confirm                      and that to confirm a command
#   callback good                the last run's is called as GitLab does it, or
#                                otherwise: see call_back()
#   callback GET good            by that method
#   callback 100000 good         with so many bytes
#   set {"files":…}              as gitlab_set
#   replay                       the first request again, byte for byte
#   [U0002] [hang up 0.2] [20 times] /gitlab run x     ({n} is the number)
#
#   --- then_like      for each command of `then`: "STATUS VISIBILITY TEXT"
#
# What is expected in the end; what is not so yet is waited for, `within` 10 s:
#
#   --- channel, --- channel_like, --- channel_unlike    the last message
#   --- channel_type   ephemeral or in_channel
#   --- all_posts_like a pattern a line, for the messages in order
#   --- posts          how many messages in all
#   --- posts_each     how many messages for each command
#   --- message_faults what is wrong with the messages, if anything may be
#   --- run_state, --- run_strategy, --- reply_state, --- reply_kind,
#   --- cleanup, --- run_ref   of the runs
#   --- run_error_like what the last run's row says
#   --- runs           how many rows the store has
#   --- secrets_left   how many of them still have a secret
#   --- pipelines      how many, without pushes that were skipped
#   --- pipeline_jobs, --- job_status   of the last one
#   --- pipelines_made   a line for each, "SOURCE REF STATUS USER: JOB|JOB";
#                      what a line does not say at its end does not count; a
#                      branch of ours is chatops/ID
#   --- pipeline_variables   of the last one, "KEY=value" a line, sorted;
#                      "KEY" alone for what has no value
#   --- callbacks      how many messages GitLab has posted itself
#   --- job_wrote      what a job has written to the file $JOB_WRITES
#   --- branches       all of them, sorted
#   --- gitlab_calls, --- gitlab_calls_unlike   METHOD /path [xN], "*" being a
#                      segment

use strict;
use warnings;

use Cwd 'abs_path';
use DBI;
use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use File::Basename 'dirname';
use File::Path qw(make_path remove_tree);
use File::Temp 'tempdir';
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use POSIX ();
use Test::More ();
use Time::HiRes 'sleep';

our ($Root, $Lib);

BEGIN {
    $Lib = dirname(dirname(abs_path(__FILE__)));
    $Root = dirname(dirname($Lib));
}

use lib $Lib;

use StandIn::Slack::Command 'build_command';
use Test::ChatOps::Config qw(http_config server_config);
use Test::ChatOps::GitLab qw(gitlab_calls gitlab_checks gitlab_settings);
use Test::ChatOps::Nginx ();
use Test::ChatOps::StandIn;
use Test::ChatOps::Words qw(
    section text line lines bytes characters slurp write_file path_pattern
    slack_faults await $Slow
);

our $Secret    = 'e6b19c573432dcc6b075501d51b51bb8';
our $OldSecret = '8f742231b10e8888abcd99yyyzzz85a5';
our $Token     = 'glpat-chatops-bot';
our $Native    = $Test::ChatOps::GitLab::Native;   # the integration's token
our $GitLabUrl = 'https://gitlab.example.com';     # of the links it gives
our $UserMap   = <<'EOF';
# team/user     GitLab user id[:username]
T0001/U0001     17:alice
T0001/U0002     18:rita
T0001/U0003     19:maria
T0001/U0004     20:bob
T0001/U0005     21:eve
T0001/U0006     22:mallory
EOF

my ($dir, $gitlab, $slack, $starter, $guard, $guard_pid);
my $number = 0;
my %now;             # the present block: name, set, command, built


sub import {
    my $package = caller;

    prepare();

    eval "package $package; use Test::Nginx::Socket; 1" or die $@;

    my $call = sub {
        my ($name, @arguments) = @_;
        my $function = $package->can($name)
            or die "Test::Nginx::Socket has no $name\n";
        return &$function(@arguments);
    };

    $call->('master_on');
    $call->('add_block_preprocessor', \&before_block);
    $call->('add_response_body_check', \&after_answer);

    start_stand_ins();

    return;
}


# Test::Nginx reads its environment when it is loaded.
sub prepare {
    $dir = tempdir('chatops-test-XXXXXX', TMPDIR => 1,
                   CLEANUP => !$ENV{CHATOPS_TEST_KEEP});
    chmod 0755, $dir;

    my $module = "$Root/build/ngx_chatops_module.so";

    # a place and a port of our own serve `prove -j` as well

    delete @ENV{qw(TEST_NGINX_RANDOMIZE TEST_NGINX_SERVER_PORT)};

    $ENV{TEST_NGINX_LOAD_MODULES} //= -e $module ? $module : '';
    $ENV{TEST_NGINX_SERVROOT} = "$dir/servroot";
    $ENV{TEST_NGINX_PORT} = free_port();
    $ENV{TEST_NGINX_FAST_SHUTDOWN} //= 1;
    $ENV{TEST_NGINX_ROOT} = $Root;

    if (!$ENV{TEST_NGINX_BINARY} && -x '/usr/sbin/nginx') {
        $ENV{TEST_NGINX_BINARY} = '/usr/sbin/nginx';
    }

    return;
}


# Below those that outgoing connections take, so that none does in between.
sub free_port {
    for (1 .. 1000) {
        my $port = 10_000 + int rand 20_000;

        return $port if IO::Socket::INET->new(
            LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1);
    }

    die "no free port\n";
}


sub start_stand_ins {
    $starter = $$;

    for my $signal (qw(INT TERM HUP)) {
        $SIG{$signal} //= sub { exit 1 };
    }

    make_path("$dir/gitlab");

    $gitlab = Test::ChatOps::StandIn->start(
        'gitlab', $dir, $^X, "$Lib/standin-gitlab", '--dir', "$dir/gitlab");
    $slack = Test::ChatOps::StandIn->start(
        'slack', $dir, $^X, "$Lib/standin-slack", '--dir', $dir);

    $ENV{TEST_NGINX_GITLAB_PORT} = $gitlab->port;
    $ENV{TEST_NGINX_SLACK_PORT} = $slack->port;

    start_guard();

    return;
}


# A process that stops all of it should this one be killed without a word:
# then a pipe ends, without the byte that END sends.
sub start_guard {
    pipe my $end, $guard or die "pipe: $!\n";

    $guard_pid = fork // die "fork: $!\n";

    if ($guard_pid) {
        close $end;
        return;
    }

    close $guard;
    $SIG{$_} = 'IGNORE' for qw(INT TERM HUP PIPE);
    open $_, '+<', '/dev/null' for *STDOUT, *STDERR;

    if (!sysread $end, my $byte, 1) {
        kill 'TERM', map { $_->pid } $gitlab, $slack;
        Test::ChatOps::Nginx::stop();
        remove_tree($dir) unless $ENV{CHATOPS_TEST_KEEP};
    }

    POSIX::_exit(0);
}


END {
    if (defined $starter && $starter == $$) {
        local $?;
        Test::ChatOps::Nginx::stop();
        $slack->stop if $slack;
        $gitlab->stop if $gitlab;

        if ($guard_pid) {
            syswrite $guard, '.';
            waitpid $guard_pid, 0;
        }

        print STDERR "# kept: $dir\n" if $ENV{CHATOPS_TEST_KEEP};
    }
}


# Before a block: the last one's nginx goes, so that it does not meddle, and
# the stand-ins forget.

sub before_block {
    my ($block) = @_;

    return if defined $block->SKIP;

    Test::ChatOps::Nginx::stop() or ok(0, 'nginx ends when it is told to');

    $number++;
    %now = (name => $block->name);

    my $place = "$dir/block-$number";
    make_path("$place/store");

    my $set = $now{set} = {
        root           => $Root,
        dir            => $place,
        store          => "$place/store/runs.db",
        gitlab         => $gitlab->url,
        upstream       => defined $block->gitlab_down
                              ? '127.0.0.1:1' : scalar $block->gitlab_upstream,
        slack          => $slack->url,
        signing_secret => "$place/signing_secret",
        token          => "$place/gitlab_token",
        native         => defined $block->integration
                              ? "$place/native_token" : undef,
        callback       => "http://127.0.0.1:$ENV{TEST_NGINX_PORT}"
                          . '/chatops/callback/',
        users          => "$place/users",
    };

    write_file($set->{signing_secret}, "$Secret\n");
    write_file("$set->{signing_secret}.old", "$OldSecret\n");
    write_file($set->{token}, "$Token\n");
    write_file("$place/native_token", "$Native\n");
    write_file($set->{users}, section($block, 'users') // $UserMap);

    $ENV{TEST_NGINX_CHATOPS_DIR} = $place;

    $now{wrote} = "$place/job_wrote";
    $gitlab->control('reset', gitlab_settings(
        $block, $now{wrote}, $gitlab->url));

    $slack->control('reset', {
        secret       => $Secret,
        url          => "http://127.0.0.1:$ENV{TEST_NGINX_PORT}/chatops",
        link_origins => [$gitlab->url, $GitLabUrl],
    });
    $slack->control('faults', slack_faults(lines($block, 'slack_faults')));

    if (!defined $block->config) {
        $block->set_value('http_config',
            http_config($set, text($block, 'chatops_http'))
            . text($block, 'http_config'));
        $block->set_value('config',
            server_config($set, text($block, 'chatops'))
            . text($block, 'chatops_server'));
    }

    if (!defined $block->no_error_log) {
        $block->set_value('no_error_log', "[alert]\n[crit]\n[emerg]");
    }

    prepare_request($block);

    return;
}


sub prepare_request {
    my ($block) = @_;

    return if defined $block->request || defined $block->raw_request;

    my $typed = section($block, 'slack_text') // line($block, 'slack');

    if (!defined $typed && !defined $block->slack_body) {
        $block->set_value('request', 'GET /');
        return;
    }

    my $signature = line($block, 'signature') // 'valid';
    my $secret = $Secret;

    if ($signature eq 'old_secret') {
        ($signature, $secret) = ('valid', $OldSecret);
    }

    my $user = line($block, 'slack_user') // 'U0001';
    my $command = $now{command} = $slack->control('issue', {
        typed => characters($typed // '/gitlab'), user_id => $user,
    });

    my %form;

    for my $field (lines($block, 'form')) {
        my ($name, $value) = split /=/, $field, 2;
        $form{$name} = $value;
    }

    my $built = $now{built} = build_command({
        typed        => $typed,
        user_id      => $user,
        response_url => $command->{response_url},
        trigger_id   => $command->{trigger_id},
        secret       => $secret,
        signature    => $signature,
        form         => \%form,
        content_type => line($block, 'content_type'),
        body         => section($block, 'slack_body'),
    });

    my $more = text($block, 'more_headers');
    $more .= "\n" if length $more && $more !~ /\n\z/;
    $more =~ s/\r?\n/\r\n/g;

    $block->set_value('raw_request',
        "POST /chatops HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        . join('', map {"$_->[0]: $_->[1]\r\n"} @{ $built->{headers} })
        . 'Content-Length: ' . length($built->{body}) . "\r\n$more\r\n"
        . $built->{body});

    my $within = line($block, 'answer_within') // 3;
    $block->set_value('timeout', $within * $Slow) unless $block->timeout;

    return;
}


# After the answer, nginx still there.

sub after_answer {
    my ($block, $content, $request, $repeated, $dry_run) = @_;

    return if $dry_run || !%now;

    check_answer($block, $content) if $now{command};
    play($block);
    check_posts($block);
    check_store($block);
    gitlab_checks($block, $gitlab, $now{wrote}, {
        is => \&is, ok => \&ok, like => \&like_or_not });
    check_quiet($block);
    check_secrets();

    return;
}


sub check_answer {
    my ($block, $content) = @_;

    my $command = $slack->control('answered', {
        id           => $now{command}{id},
        status       => (line($block, 'error_code') // 200) + 0,
        content_type => 'application/json',
        body         => characters($content // ''),
        ms           => 0,
    });

    my $answer = bytes($command->{text} // '');

    if (defined(my $expected = section($block, 'answer'))) {
        chomp $expected;
        is($answer, $expected, 'answer');
    }

    for my $sense (qw(like unlike)) {
        my $pattern = section($block, "answer_$sense");
        like_or_not($sense, $answer, $pattern, "answer_$sense")
            if defined $pattern;
    }

    if (defined(my $type = line($block, 'answer_type'))) {
        is($command->{visibility}, $type, 'answer_type');
    }

    check_faults($block, $command, 'the answer');

    return;
}


sub check_faults {
    my ($block, $message, $what) = @_;

    my @faults = @{ $message->{faults} // [] };

    is(join('; ', @faults), '', "nothing to blame in $what")
        if @faults && !defined $block->message_faults;

    return;
}


# `--- then`, in order.

sub play {
    my ($block) = @_;

    my @lines = lines($block, 'then');
    my @patterns = lines($block, 'then_like');
    my $commands = 0;

    if (defined(my $after = line($block, 'reload_after'))) {
        push @lines, "wait $after", 'reload';
    }

    for my $line (@lines) {
        my @sent = act($line) or next;
        my $pattern = $patterns[$commands++];
        my @got = map { join ' ', map { bytes($_ // '-') }
                        @$_{qw(status visibility text)} } @sent;

        if (defined $pattern) {
            my @unlike = grep { !/$pattern/s } @got;
            like_or_not('like', @unlike ? $unlike[0] : $got[0], $pattern,
                        "then_like: $line");
        }

        check_faults($block, $_, "the answer to $line") for @sent;
        check_times(@sent) if @sent > 1;
    }

    is($commands, scalar @patterns, 'then_like: a pattern for each command')
        if @patterns;

    return;
}


sub check_times {
    my @sent = @_;

    my @late = grep { $_->{error} } @sent;
    is(scalar @late, 0, 'all ' . @sent . ' are answered in time')
        or Test::More::diag($late[0]{text});

    my @ms = sort { $a <=> $b } map { $_->{ms} // 0 } @sent;
    Test::More::note(sprintf 'answers took %d ms, at most %d ms',
                     $ms[@ms / 2], $ms[-1]);

    return;
}


# Does what a line says; the commands that were sent are returned.
sub act {
    my ($line) = @_;

    if ($line =~ /\Await ([\d.]+)\z/) {
        sleep $1 * $Slow;

    } elsif ($line =~ /\Await for (posts|attempts) (\d+)\z/) {
        my ($what, $count) = ($1, $2);
        my $there = sub { return scalar @{ $slack->control($what) } };
        await(10, sub { $there->() >= $count })
            or is($there->(), $count, $line);

    } elsif ($line =~ /\Await for call (\S+) (\S+)\z/) {
        my ($method, $path) = ($1, $2);
        await(10, sub { gitlab_calls($gitlab, $method, $path) }) or ok(0, $line);

    } elsif ($line =~ /\Await for ([\w-]+)\z/) {
        my $state = $1;
        await(10, sub { grep { $_->{state} eq $state } runs() })
            or is(words('state'), $state, $line);

    } elsif ($line eq 'reload') {
        Test::ChatOps::Nginx::reload();

    } elsif ($line eq 'kill worker') {
        Test::ChatOps::Nginx::kill_workers();

    } elsif ($line eq 'restart') {
        ok(Test::ChatOps::Nginx::restart(), 'nginx starts again');

    } elsif ($line =~ /\Aclock (-?\d+)\z/) {
        $slack->control('clock', { offset => $1 + 0 });

    } elsif ($line eq 'play') {
        my ($job) = grep { $_->{status} eq 'manual' }
                    map { @{ $_->{jobs} } }
                    @{ $gitlab->control('state')->{pipelines} };
        $job ? $gitlab->control('play', { job => $job->{id} })
             : ok(0, 'a manual job waits');

    } elsif ($line =~ /\Aconnect (\d+)\z/) {
        $gitlab->control('connect', {
            user => $1 + 0, token => shown_last(qr/[?&]token=(\w+)/) });

    } elsif ($line eq 'confirm') {
        $gitlab->control('confirm', {
            command_id => shown_last(qr/[?&]command_id=([\w-]+)/) });

    } elsif ($line =~ /\Aset (.+)/s) {
        $gitlab->control('set', decode_json($1));

    } elsif ($line =~ /\Acallback (?:([A-Z]+) )?(?:(\d+) )?(\w+)\z/) {
        return call_back($3, $1 // 'POST', $2 // 0);

    } elsif ($line eq 'replay') {
        return replay();

    } elsif ($line =~ m{\A (?:(U\d+)[ ])? (?:hang[ ]up[ ]([\d.]+)[ ])?
                        (?:(\d+)[ ]times[ ])? (/.*) \z}xs)
    {
        my %command = (typed => characters($4), user_id => $1 // 'U0001',
                       limit_ms => 3000 * $Slow);
        $command{hang_up_ms} = 1000 * $2 if defined $2;
        $command{count} = $3 + 0 if defined $3;

        return @{ $slack->control('command', \%command) };

    } else {
        die "$now{name}: --- then: what is \"$line\"?\n";
    }

    return;
}


# What the pattern takes of the last message that has it.
sub shown_last {
    my ($pattern) = @_;

    my @texts = map { $_->{text} // '' } @{ $slack->control('commands') },
                                         @{ $slack->control('posts') };
    my ($last) = grep { /$pattern/ } reverse @texts;

    return ($last // '') =~ $pattern ? $1 : ok(0, "$pattern was shown");
}


# By an address of the last run's, or one that is not quite that.
sub call_back {
    my ($how, $method, $length) = @_;

    my $key = hmac_sha256('chatops callback v1', $Native);
    my ($id) = map { $_->{id} } reverse runs();
    my $mac = hmac_sha256_hex($id, $key);

    my %tail = (
        good     => "$id/$mac",
        foreign  => "$id/" . hmac_sha256_hex('0' x 26, $key),
        guessed  => "$id/" . hmac_sha256_hex($id, 'x'),
        upper    => "$id/" . uc $mac,
        short    => "$id/" . substr($mac, 0, 63),
        long     => "$id/${mac}0",
        nothing  => '',
        alone    => $id,
        argument => "$id/$mac?x=1",
    );

    my $tail = $tail{$how} // die "callback: what is \"$how\"?\n";
    my $response = HTTP::Tiny->new(timeout => 3 * $Slow)->request($method,
        "$now{set}{callback}$tail", { content => 'x' x $length });

    return { status => $response->{status} };
}


# The very same request once more.
sub replay {
    my %headers = map { @$_ } @{ $now{built}{headers} };

    my $response = HTTP::Tiny->new(
        timeout => 3 * $Slow, agent => delete $headers{'User-Agent'},
    )->post("http://127.0.0.1:$ENV{TEST_NGINX_PORT}/chatops",
            { headers => \%headers, content => $now{built}{body} });

    return { status => $response->{status}, text => $response->{content} };
}


sub check_posts {
    my ($block) = @_;

    my $within = line($block, 'within') // 10;
    my $count = line($block, 'posts');
    my @patterns = lines($block, 'all_posts_like');
    my $posts = sub { return @{ $slack->control('posts') } };
    my $last = sub {
        my @posts = $posts->();
        return @posts ? bytes($posts[-1]{text}) : undef;
    };

    # how many first, so that the last one is the last

    $count //= @patterns if @patterns;
    await($within, sub { $posts->() >= $count }) if $count;

    if (defined(my $expected = section($block, 'channel'))) {
        chomp $expected;
        await($within, sub { ($last->() // '') eq $expected });
        is($last->(), $expected, 'channel');
    }

    if (defined(my $pattern = section($block, 'channel_like'))) {
        chomp(my $regex = $pattern);
        await($within, sub { ($last->() // '') =~ /$regex/s });
        like_or_not('like', $last->(), $pattern, 'channel_like');
    }

    if (defined(my $type = line($block, 'channel_type'))) {
        await($within, sub { $posts->() });
        my @posts = $posts->();
        is(@posts ? $posts[-1]{visibility} : undef, $type, 'channel_type');
    }

    if (defined(my $pattern = section($block, 'channel_unlike'))) {
        await($within, sub { $posts->() });
        like_or_not('unlike', $last->(), $pattern, 'channel_unlike');
    }

    check_each($block, $within) if defined $block->posts_each;

    return unless defined $count;

    sleep 0.3 * $Slow;

    my @posts = map { bytes($_->{text}) } $posts->();

    if (defined $block->posts) {
        is(scalar @posts, $count, 'posts')
            or Test::More::diag(join "\n", @posts);
    }

    for my $i (0 .. $#patterns) {
        like_or_not('like', $posts[$i], $patterns[$i],
                    'all_posts_like: post ' . ($i + 1));
    }

    return;
}


sub check_each {
    my ($block, $within) = @_;

    my $each = line($block, 'posts_each');
    my @commands = @{ $slack->control('commands') };
    my %posts;

    await($within, sub { @{ $slack->control('posts') } >= $each * @commands });
    sleep 0.3 * $Slow;

    $posts{ $_->{command} }++ for @{ $slack->control('posts') };

    my @other = map  { "command $_->{id}: " . ($posts{ $_->{id} } // 0) }
                grep { ($posts{ $_->{id} } // 0) != $each } @commands;

    is(scalar @other, 0, 'posts_each: ' . @commands . " commands, $each each")
        or Test::More::diag(join "\n", @other);

    return;
}


sub check_store {
    my ($block) = @_;

    my $within = line($block, 'within') // 10;

    for my $pair ([run_state => 'state'], [run_ref => 'ref'],
                  [run_strategy => 'strategy'], [reply_state => 'reply'],
                  [reply_kind => 'kind'], [cleanup => 'cleanup'])
    {
        my ($section, $column) = @$pair;
        my $expected = line($block, $section);
        next unless defined $expected;

        await($within, sub { words($column) eq $expected });
        is(words($column), $expected, $section)
            or Test::More::diag(map { "$_->{id} $_->{error}\n" } runs());
    }

    if (defined(my $count = line($block, 'runs'))) {
        my $rows = sub { return scalar(() = runs()) };
        await($within, sub { $rows->() == $count });
        is($rows->(), $count, 'runs');
    }

    if (defined(my $count = line($block, 'secrets_left'))) {
        my $left = sub {
            return scalar grep { length "$_->{response_url}$_->{link}" } runs();
        };
        await($within, sub { $left->() == $count });
        is($left->(), $count, 'secrets_left');
    }

    if (defined(my $pattern = section($block, 'run_error_like'))) {
        my @runs = runs();
        like_or_not('like', @runs ? $runs[-1]{error} : undef, $pattern,
                    'run_error_like');
    }

    return;
}


sub runs {
    my $store = $now{set}{store};

    return () unless -s $store;

    my $rows = eval {
        my $db = DBI->connect("dbi:SQLite:dbname=$store", '', '',
                              { RaiseError => 1, PrintError => 0 });
        $db->sqlite_busy_timeout(2000);
        $db->selectall_arrayref('SELECT * FROM runs ORDER BY id',
                                { Slice => {} });
    };

    return @{ $rows // [] };
}


# The distinct words of a column, in the order of the runs.
sub words {
    my ($column) = @_;

    my %seen;
    return join ' ', grep { !$seen{$_}++ } map { $_->{$column} } runs();
}


# No message may ping, link elsewhere, or show otherwise than meant.
sub check_quiet {
    my ($block) = @_;

    my $expected = line($block, 'message_faults') // '';
    my @faults = (
        (map { @{ $_->{faults} } } @{ $slack->control('posts') }),
        (map  { "refused: $_->{error}" }
         grep { ($_->{error} // '') =~ /\A(?:invalid|no_|msg_)/ }
         @{ $slack->control('attempts') }),
    );

    is(join('; ', @faults), $expected, 'nothing to blame in the messages')
        if @faults || $expected ne '';

    return;
}


# Neither the signing secrets nor the token nor a response URL is logged;
# what nginx's own core writes for debugging does not count.
sub check_secrets {
    my @secrets = ($Secret, $OldSecret, $Token, $Native);

    for my $command (@{ $slack->control('commands') }) {
        push @secrets, $command->{response_url} =~ m{([^/]+)\z};
        push @secrets, ($command->{text} // '')
                       =~ /[?&;](?:token|command_id)=([\w-]+)/;
    }

    my $any = join '|', map { quotemeta } @secrets;
    my @found;

    for my $file (qw(error.log access.log)) {
        open my $in, '<', "$ENV{TEST_NGINX_SERVROOT}/logs/$file" or next;

        my $debug = 0;

        while (my $line = <$in>) {
            $debug = $1 eq 'debug' if $line =~ /\A\S+ \S+ \[(\w+)\] /;
            push @found, $line if !$debug && $line =~ /$any/;
        }
    }

    is(join('', @found), '', 'no secret is logged') if @found;

    return;
}


sub is { return Test::More::is($_[0], $_[1], "$now{name} - $_[2]") }
sub ok { return Test::More::ok($_[0], ($now{name} // '') . " - $_[1]") }


sub like_or_not {
    my ($sense, $got, $pattern, $name) = @_;

    if (!ref $pattern) {
        chomp(my $copy = $pattern);
        $pattern = qr/$copy/s;
    }

    return $sense eq 'like'
           ? Test::More::like($got, $pattern, "$now{name} - $name")
           : Test::More::unlike($got // '', $pattern, "$now{name} - $name");
}


1;
