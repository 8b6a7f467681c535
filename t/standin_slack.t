# The stand-in for Slack is itself put to the test: a suite is worth no more
# than what it is played against.

use strict;
use warnings;

use File::Temp 'tempdir';
use FindBin;
use lib "$FindBin::Bin/lib";

use Mojo::IOLoop;
use Mojo::Server::Daemon;
use Test::Mojo;
use Test::More;
use Time::HiRes 'sleep';

use StandIn::Slack::Command qw(build_command form_encode sign);
use StandIn::Slack::Message 'check_message';


subtest 'the signature is the one that Slack publishes' => sub {
    my $body = 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain='
        . 'testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id='
        . 'U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&'
        . 'response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F'
        . '397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.'
        . '47445629121.803a0bc887a14d10d2c447fce8b6703c';

    is sign('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', $body),
        'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
};

subtest 'a command has the fields of Slack, the text with three escapes' => sub {
    my $built = build_command({
        typed        => "/gitlab run x a & b <c>\n\xc3\xa9",
        response_url => 'http://127.0.0.1/commands/1',
        trigger_id   => '1.2.3',
        secret       => 's',
    });

    like $built->{body},
        qr/&text=run\+x\+a\+%26amp%3B\+b\+%26lt%3Bc%26gt%3B%0A%C3%A9&/;
    like $built->{body}, qr/&command=%2Fgitlab&/;
    like $built->{body}, qr/&response_url=http%3A%2F%2F127\.0\.0\.1%2Fcomm/;

    my %header = map { @$_ } @{ $built->{headers} };
    is $header{'X-Slack-Signature'},
        sign('s', $header{'X-Slack-Request-Timestamp'}, $built->{body});

    my $changed = build_command({
        typed => '/gitlab', response_url => 'u', trigger_id => 't',
        secret => 's', form => { user_id => undef, ssl_check => 1 },
    });
    unlike $changed->{body}, qr/user_id/;
    like $changed->{body}, qr/&ssl_check=1\z/;
};

subtest 'a message is judged as Slack does' => sub {
    my @cases = (
        # the message                         what comes of it
        ['no json',                           'invalid_payload'],
        ['["text"]',                          'invalid_payload'],
        ["{\"text\":\"\xff\"}",               'invalid_payload'],
        ['{"response_type":"ephemeral"}',     'no_text'],
        ['{"text":""}',                       'no_text'],
        ['{"text":"' . 'x' x 40_001 . '"}',   'msg_too_long'],
        ['{"text":"x","blocks":{}}',          'invalid_blocks'],
        ['{"text":"plain"}'],
        ['{"text":"<@U0001>: done &amp; dusted"}'],
        ['{"text":"<http://git.example/a|a job>"}'],
        ['{"text":"```a &lt;b&gt;```"}'],
        ['{"text":"a & b"}',                  undef, 'a bare &'],
        ['{"text":"&nbsp;"}',                 undef, 'a bare &'],
        ['{"text":"1 < 2"}',                  undef, 'a bare <'],
        ['{"text":"2 > 1"}',                  undef, 'a bare >'],
        ['{"text":"<@U0002>"}',               undef, 'mentions U0002'],
        ['{"text":"<!channel>"}',             undef, 'a special mention'],
        ['{"text":"<!date^1^x|y>"}',          undef, 'a special mention'],
        ['{"text":"<#C0001>"}',               undef, 'no Slack construct'],
        ['{"text":"<mailto:x>"}',             undef, 'no Slack construct'],
        ['{"text":"<http://evil.example/x>"}', undef, 'a link to'],
        ['{"text":"<http://git.example.evil.example/>"}', undef, 'a link to'],
        ['{"text":"```cut"}',                 undef, 'a code block'],
        ['{"text":"bell\u0007"}',             undef, 'control character'],
        ['{"text":"x","response_type":"all"}', undef, 'unknown response_type'],
        ['{"text":"x","txet":"x"}',           undef, 'unknown field txet'],
    );

    for my $case (@cases) {
        my ($bytes, $error, $fault) = @$case;
        my $name = length $bytes > 60 ? substr($bytes, 0, 60) . '…' : $bytes;

        my $judged = check_message($bytes, user => 'U0001',
                                   link_origins => ['http://git.example']);

        is $judged->{error}, $error, "$name: error";

        if (defined $fault) {
            like join(', ', @{ $judged->{faults} }), qr/^\Q$fault\E[^,]*\z/,
                "$name: $fault";

        } else {
            is_deeply $judged->{faults}, [], "$name: nothing to blame";
        }
    }
};

my $slack = Test::Mojo->new('StandIn::Slack');
my $base = $slack->ua->server->nb_url->to_string;
$base =~ s{/\z}{};
$slack->app->base($base);

sub control {
    my ($path, $json) = @_;

    my $tx = defined $json
             ? $slack->ua->post("/_control/$path" => json => $json)
             : $slack->ua->get("/_control/$path");
    return $tx->res->json;
}

sub issue { return control('issue', { @_ }) }

sub post_to {
    my ($command, $json) = @_;

    (my $path = $command->{response_url}) =~ s{\Ahttp://[^/]+}{};
    return $slack->post_ok($path => json => $json // { text => 'hello' });
}

subtest 'a response URL takes five posts' => sub {
    control('reset', {});

    my $command = issue();
    post_to($command, { text => "post $_" })->status_is(200)->content_is('ok')
        for 1 .. 5;

    post_to($command)->status_is(404)
        ->json_is({ ok => Mojo::JSON->false, error => 'used_url' });

    my $posts = control('posts');
    is_deeply [map { $_->{text} } @$posts], [map {"post $_"} 1 .. 5];
    is scalar @{ control('attempts') }, 6;
};

subtest 'a response URL lives for 30 minutes' => sub {
    control('reset', {});

    my $command = issue();

    control('clock', { offset => 1799 });
    post_to($command)->status_is(200);

    control('clock', { offset => 1801 });
    post_to($command)->status_is(404)->json_is('/error' => 'expired_url');
};

subtest 'a response URL that was never issued' => sub {
    control('reset', {});
    $slack->post_ok('/commands/T0001/1/abc' => json => { text => 'x' })
        ->status_is(404);
};

subtest 'what is no message is refused and does not count' => sub {
    control('reset', {});

    my $command = issue();
    (my $path = $command->{response_url}) =~ s{\Ahttp://[^/]+}{};

    $slack->post_ok($path => { 'Content-Type' => 'application/json' } => '{')
        ->status_is(400)->content_is('invalid_payload');
    $slack->post_ok($path => form => { text => 'x' })->status_is(400);
    post_to($command, {})->status_is(400)->content_is('no_text');
    is_deeply control('posts'), [];
};

subtest 'faults come in the order given' => sub {
    control('reset', {});
    control('faults', [
        { status => 429, headers => { 'Retry-After' => 1 } },
        { status => 500, times => 2 },
        { action => 'drop' },
        { action => 'drop_after' },
    ]);

    my $command = issue();
    (my $path = $command->{response_url}) =~ s{\Ahttp://[^/]+}{};

    post_to($command)->status_is(429)->header_is('Retry-After' => 1);
    post_to($command)->status_is(500) for 1 .. 2;

    my $tx = $slack->ua->post($path => json => { text => 'dropped' });
    ok $tx->error && !$tx->error->{code}, 'dropped before it was taken';
    is scalar @{ control('posts') }, 0;

    $tx = $slack->ua->post($path => json => { text => 'taken' });
    ok $tx->error && !$tx->error->{code}, 'dropped after it was taken';
    is scalar @{ control('posts') }, 1;

    post_to($command)->status_is(200);
};

subtest 'commands are sent and their answers shown' => sub {
    my @seen;
    my $bot = Mojolicious->new(mode => 'production');
    $bot->log->level('fatal');
    $bot->routes->post('/fast')->to(cb => sub {
        my $c = shift;
        push @seen, $c->req->headers->header('X-Slack-Signature');
        $c->render(json => { response_type => 'in_channel',
                             text => "ran <\@U0002>" });
    });
    $bot->routes->post('/empty')->to(cb => sub { shift->render(data => '') });
    $bot->routes->post('/denied')->to(cb => sub {
        shift->render(json => {}, status => 401);
    });
    $bot->routes->post('/slow')->to(cb => sub { shift->render_later });

    my $daemon = Mojo::Server::Daemon->new(
        app => $bot, listen => ['http://127.0.0.1'], silent => 1);
    $daemon->start;
    my $url = 'http://127.0.0.1:' . $daemon->ports->[0];

    control('reset', { secret => 's', url => "$url/fast" });

    my $sent = control('command', { typed => '/gitlab run x' })->[0];
    is $sent->{status}, 200;
    is $sent->{visibility}, 'in_channel';
    is $sent->{text}, 'ran <@U0002>';
    is_deeply $sent->{faults}, ['mentions U0002'];

    control('command', { replay => 1, typed => '/gitlab run x' });
    is $seen[1], $seen[0], 'a replay is the same request';

    is control('command', { url => "$url/empty" })->[0]{visibility}, 'none';

    my $denied = control('command', { url => "$url/denied" })->[0];
    is $denied->{text}, '/gitlab failed with the error "dispatch_failed"';

    my $slow = control('command', { url => "$url/slow", limit_ms => 200 })->[0];
    is $slow->{error}, 'operation_timeout';
    cmp_ok $slow->{ms}, '>=', 190;

    my $gone = control('command', { url => "$url/slow", hang_up_ms => 50 })->[0];
    is $gone->{error}, 'hung_up';

    my $many = control('command', { typed => '/gitlab run {n}', count => 20 });
    is scalar(grep { $_->{status} == 200 } @$many), 20;
    is $many->[19]{typed}, '/gitlab run 20';
    my %urls = map { $_->{response_url} => 1 } @$many;
    is scalar keys %urls, 20, 'each has a response URL of its own';
};

subtest 'the program tells its port and ends with its standard input' => sub {
    my $dir = tempdir(CLEANUP => 1);
    my $script = "$FindBin::Bin/lib/standin-slack";

    my $pid = open my $pipe, '|-', $^X, $script, '--with-stdin',
        '--port-file', "$dir/port", '--dir', $dir or die $!;

    for (1 .. 200) { last if -e "$dir/port"; sleep 0.05 }

    open my $in, '<', "$dir/port" or die $!;
    chomp(my $port = <$in>);
    like $port, qr/\A\d+\z/;

    my $answer = $slack->ua->post("http://127.0.0.1:$port/_control/issue"
                                  => json => {})->res->json;
    like $answer->{response_url},
        qr{\Ahttp://127\.0\.0\.1:$port/commands/T0001/\d+/\w+\z};

    close $pipe;
    is $?, 0, 'it has ended by itself';
};

done_testing;
