# The stand-in GitLab's own ChatOps: a command that a chat sends it, who is
# asked to say who they are, what it runs, and what it posts when that ends.

use Mojo::Base -strict, -signatures;

use Test::More;

use Mojo::IOLoop;
use Mojo::JSON qw(decode_json encode_json false true);
use Mojo::Server::Daemon;
use Mojo::URL;

use lib 't/lib';
use Test::StandInGitLab;

# Where GitLab posts to; what is late from a test before does not count.
my $number = 0;
my @posts;
my $chat = Mojo::Server::Daemon->new(listen => ['http://127.0.0.1'], silent => 1);

$chat->unsubscribe('request')->on(request => sub ($, $tx) {
    push @posts, { json => decode_json($tx->req->body), type => $tx->req->headers->content_type }
        if $tx->req->url->path eq "/commands/$number";
    $tx->res->code(200);
    $tx->resume;
});
$chat->start;

sub response_url { return 'http://127.0.0.1:' . $chat->ports->[0] . "/commands/$number" }

sub post_within ($count, $seconds = 5) {
    my $late  = 0;
    my $timer = Mojo::IOLoop->timer($seconds => sub { $late = 1 });

    Mojo::IOLoop->one_tick until @posts >= $count || $late;
    Mojo::IOLoop->remove($timer);

    return $posts[ $count - 1 ] // { json => {} };
}

my %FORM = (
    token => 't0ken', team_id => 'T0001', team_domain => 'example', channel_id => 'C2147483705',
    channel_name => 'ops', user_id => 'U0001', user_name => 'alice', command => '/gitlab',
    text => 'run hello-world', trigger_id => '1.2.3',
);

sub form ($service, %with) {
    my %form = (%FORM, response_url => response_url(), %with);

    delete $form{$_} for grep { !defined $form{$_} } keys %form;
    return $ua->post("$infra/integrations/${service}_slash_commands/trigger" => form => \%form)->res;
}

sub said (%with) { return form('slack', %with)->json->{text} }

sub last_pipeline { return (state_now()->{pipelines} // [])->[-1] // {} }

sub set_up ($yaml = undef, %set) {
    control('reset');
    @posts = ();
    $number++;
    control(set => {
        integrations => { slack_slash_commands => { token => 't0ken' },
            mattermost_slash_commands => { token => 'm4ttermost' } },
        chat_names => [
            { team_id => 'T0001', chat_id => 'U0001', user => 19, verified => 'slack_slash_commands' },
            { team_id => 'T0001', chat_id => 'U0002', user => 18, verified => 'slack_slash_commands' },
            { team_id => 'T0001', chat_id => 'U0003', user => 19 },
            { team_id => 'T0001', chat_id => 'U0004', user => 20, verified => 'slack_slash_commands' } ],
        %set, defined $yaml ? (files => { '.gitlab-ci.yml' => $yaml, %{ $set{files} // {} } }) : (),
    });
}

my $NOT_FOUND   = { message => '404 Integration Not Found' };
my $UNSUPPORTED = 'Sorry, this chat service is currently not supported by GitLab ChatOps.';
my $DENIED      = "You are not allowed to perform the given chatops command. Most\nlikely you do not have"
    . " access to the GitLab project for this chatops\nintegration.\n\nThe GitLab project for this chatops"
    . " integration can be found at\nhttps://gitlab.example.com/ops/infra.\n";

sub not_scheduled ($name) {
    return 'The command could not be scheduled. Make sure that your project has a .gitlab-ci.yml that'
        . qq{ defines a job with the name "$name"};
}

subtest 'the token alone counts' => sub {
    control('reset');
    is_answer(form('slack'), 404, $NOT_FOUND, 'no integration');
    set_up();
    is_answer(form('slack', token => 'x'), 404, $NOT_FOUND, 'another token');
    is_answer(form('slack', token => ''), 404, $NOT_FOUND, 'an empty one');
    is_answer(form('slack', token => 'm4ttermost'), 404, $NOT_FOUND, 'that of another integration');
    is_answer(form('slack', token => undef), 400, { error => 'token is missing' }, 'none');
    is_answer(form('other'), 404, { error => '404 Not Found' }, 'no such integration');
    is_answer($ua->post("$api/projects/ops%2Fother/integrations/slack_slash_commands/trigger"
        => form => { %FORM, response_url => response_url() })->res, 404, $NOT_FOUND, 'no such project');
    control(set => { integrations => { slack_slash_commands => { token => 't0ken', active => 0 } } });
    is_answer(form('slack'), 404, $NOT_FOUND, 'not active');
    set_up();
    is($ua->post("$api/projects/42/services/slack_slash_commands/trigger" => form => { %FORM, response_url => response_url() })->res->code, 200,
        'by id, under its old name');
    is(call(POST => "$infra/integrations/slack_slash_commands/trigger",
        { %FORM, response_url => response_url() }, 'PRIVATE-TOKEN' => 'none')->code,
        200, 'as JSON');
};

subtest 'who it is' => sub {
    set_up();

    my $answer = form('slack', user_id => 'U0009')->json;

    is("$answer->{response_type} $answer->{status}", 'ephemeral 200', 'for them alone');
    like($answer->{text}, qr{\A:wave: Hi there! Before I do anything for you, please <https://gitlab\.example\.com/-/profile/chat_names/new\?token=\w{50}\|connect your GitLab account>\.\z}, 'not linked');
    is(said(user_id => 'U0009', user_name => undef), ":sweat_smile: Couldn't identify you, nor can I authorize you!",
        'and not well described');

    my ($secret) = $answer->{text} =~ /token=(\w+)/;

    control(connect => { token => $secret, user => 19 });

    my $confirm = said(user_id => 'U0009');

    like($confirm, qr{\ATo ensure the highest security standards, we verify the source of all slash commands\.\n\nPlease confirm the request by accessing <https://gitlab\.example\.com/ops/infra/-/integrations/slash_commands\?\S+\|this link> through a web browser\.\n\nUpon successful validation, you're granted access to slash commands\.\z}, 'linked, not verified');
    is(scalar @{ state_now()->{pipelines} }, 0, 'nothing has run');

    my ($link) = $confirm =~ /<(\S+)\|/;

    control(confirm => { command_id => Mojo::URL->new($link)->query->param('command_id') });
    is_deeply(post_within(1)->{json}, { replace_original => 'true', text => "You've successfully verified! You now"
        . ' have access to slash commands. Thanks for helping ensure security!' }, 'verified');
    like(said(user_id => 'U0009'), qr/has been created!/, 'and now it runs');
    is($ua->post("$base/_control/confirm" => json => { command_id => 'x' })->res->code, 404, 'no such request');

    like(said(user_id => 'U0003'), qr/Please confirm the request/, 'another that is not verified');
    is(said(user_id => 'U0002'), $DENIED, 'a reporter');
    is(said(user_id => 'U0004'), $DENIED, 'one who is blocked');
    control(set => { users => { 19 => { state => 'deactivated' } } });
    is(said(), "You are not allowed to perform the given ChatOps command. Most likely\nyour https://gitlab.example.com"
        . " account needs to be reactivated.\n\nPlease log back in from a web browser to reactivate your account at"
        . " https://gitlab.example.com\n", 'one who is deactivated');
};

subtest 'what was typed' => sub {
    set_up("'hello-world': {script: [x]}\nfoo: {script: [x]}\n'a b': {script: [x]}\n\"q\\\"\\\\\": {script: [x]}\n");
    control(set => { runner => { enabled => 0 } });

    my @cases = (
        [ 'run foo', undef ], [ 'run foo bar', 'bar' ], [ 'run foo  bar  baz ', 'bar  baz ' ],
        [ "run\tfoo\nbar\nbaz", "bar\nbaz" ], [ 'run foo  ', ' ' ], [ 'run foo $HOME "x"', '$HOME "x"' ],
    );

    for my $case (@cases) {
        my $before = @{ state_now()->{pipelines} };

        like(said(text => $case->[0]), qr/has been created/, "`$case->[0]`");

        my $pipeline = last_pipeline();

        is_deeply($pipeline->{variables}, { CHAT_INPUT => $case->[1], CHAT_CHANNEL => 'C2147483705',
            CHAT_USER_ID => 'U0001' }, 'its variables');
        is("$pipeline->{source} $pipeline->{ref} $pipeline->{user}", 'chat main maria', 'a pipeline of chat, as the linked user');
        is(join('|', map { $_->{name} } @{ $pipeline->{jobs} }), 'foo', 'with that job alone');
    }

    for my $text ('run foo ', 'Run foo', ' run foo', 'run', 'help', 'deploy', '') {
        my $answer = form('slack', text => $text)->json;

        like($answer->{text}, $text eq 'help' ? qr/\A\*Available commands\*/ : qr/\AThe specified command is not valid\./, "`$text`: help");
        is($answer->{response_type}, 'ephemeral', 'for them alone');
    }

    is(said(text => 'run "a b"'), not_scheduled('\"a'), 'no name with blanks');
    is(said(text => 'run nope'), not_scheduled('nope'), 'no such job');
    is(said(text => 'run Foo'), not_scheduled('Foo'), 'nearly');
    like(said(text => 'run q"\\'), qr/has been created/, 'a name with odd signs');
};

subtest 'what it makes of the configuration' => sub {
    my $chat_of = sub ($yaml, $text = 'run a', %set) {
        set_up($yaml, %set);
        control(set => { runner => { enabled => 0 } });
        return said(text => $text);
    };
    my $jobs = sub { join '|', map { $_->{name} } @{ last_pipeline()->{jobs} // [] } };
    my $created = qr/\AYour ChatOps job <\S+\|#\d+> has been created!\z/;

    like($chat_of->("a: {script: x, only: [chat]}\nb: {script: x}"), $created, 'only: [chat]');
    is($jobs->(), 'a', 'and no other job');
    is($chat_of->('a: {script: x, except: [chat]}'), not_scheduled('a'), 'except: [chat]');
    is($chat_of->("a: {script: x, rules: [{if: '\$CI_PIPELINE_SOURCE == \"api\"'}]}"), not_scheduled('a'), 'rules of another source');
    like($chat_of->("a: {script: x, rules: [{if: '\$CI_PIPELINE_SOURCE == \"chat\" && \$CHAT_INPUT == \"x\"'}]}", 'run a x'),
        $created, 'rules see what was typed');
    like($chat_of->("workflow: {rules: [{if: '\$CHAT_USER_ID'}]}\na: {script: x}"), $created, 'workflow:rules too');
    is($chat_of->("workflow: {rules: [{if: '\$CI_PIPELINE_SOURCE == \"push\"'}]}\na: {script: x}"), not_scheduled('a'), 'workflow says no');
    is($chat_of->('a: {script: x, stage: .pre}'), not_scheduled('a'), '.pre alone');
    is($chat_of->("include: {local: b.yml, rules: [{if: '\$CHAT_INPUT'}]}\nb: {script: x}", 'run a x',
        files => { 'b.yml' => 'a: {script: x}' }), not_scheduled('a'), 'what is included does not see it');

    is(scalar @{ state_now()->{pipelines} }, 0, 'none of these is kept');

    is($chat_of->("b: {script: x, stage: build}\na: {script: x, needs: [b]}"), $UNSUPPORTED, 'needs another job');
    is(last_pipeline()->{status}, 'failed', 'a pipeline that failed is kept');
    like(last_pipeline()->{yaml_errors}, qr/\A'a' job needs 'b' job, but 'b' does not exist/, 'and says why');
    like($chat_of->("b: {script: x, stage: build}\na: {script: x, needs: [{job: b, optional: true}]}"), $created, 'needs it perhaps');
    is($chat_of->('a: {script: x, foo: 1}'), $UNSUPPORTED, 'not valid');
    is(last_pipeline()->{status}, 'failed', 'kept too');
    is($chat_of->('a: {trigger: ops/other}'), $UNSUPPORTED, 'a bridge');
    is($jobs->(), 'a', 'which does run');

    set_up('a: {script: x}');
    control(commit => { message => "Fix\n\n[skip ci]\n", files => { x => 'y' } });
    is(said(text => 'run a'), $UNSUPPORTED, '[skip ci]');
    is(last_pipeline()->{status}, 'skipped', 'a pipeline that is skipped');

    is($chat_of->("'p': {script: x, parallel: 2}", 'run p'), not_scheduled('p'), 'parallel jobs have other names');
    like($chat_of->('a: {script: x, when: manual}'), $created, 'a manual job waits');
    is(last_pipeline()->{jobs}[0]{status}, 'manual', 'so it does');

    set_up('a: {script: x}');
    control(set => { project => { minimum_override_role => 'no_one_allowed' }, runner => { enabled => 0 } });
    like(said(text => 'run a'), $created, 'pipeline variables may be forbidden');
    control(set => { project => { pipelines_per_minute => 0 } });
    is(said(text => 'run a'), not_scheduled('a'), 'too many pipelines');
    control(set => { chat_names => [ { team_id => 'T0001', chat_id => 'U0001', user => 17, verified => 'slack_slash_commands' } ],
        project => { pipelines_per_minute => undef } });
    is(said(text => 'run a'), not_scheduled('a'), 'a developer, the branch protected');
    control(set => { project => { protected_branches => [], policy_jobs => [ { name => 'scan' } ] } });
    is(form('slack', text => 'run a')->code, 500, 'policies break it');
    is(said(text => 'run a', response_url => undef), undef, 'whatever else');
    control(set => { project => { policy_jobs => [], jobs_enabled => 0 } });
    like(said(text => 'run a'), qr/\AThe specified command is not valid/, 'no pipelines here');
};

subtest 'the answer' => sub {
    set_up();
    control(set => { runner => { enabled => 0 } });

    is_answer(form('slack', response_url => 'https://hooks.slack.com/commands/1/2/3'), 200,
        { response_type => 'in_channel', status => 200, text => '' }, 'for Slack');

    my $answer = form('slack')->json;
    my $job    = last_pipeline()->{jobs}[0]{id};

    is_deeply($answer, { response_type => 'ephemeral', status => 200, text => 'Your ChatOps job'
        . " <https://gitlab.example.com/ops/infra/-/jobs/$job|#$job> has been created!" }, 'for any other');
    is(call(GET => "$infra/jobs/$job")->json->{pipeline}{source}, 'chat', 'which the API shows');
    is(call(GET => "$infra/pipelines?source=chat")->headers->header('X-Total'), 2, 'with its pipeline');

    control(set => { integrations => { slack_slash_commands => { token => 't0ken', markdown => 1 } } });
    like(said(), qr{\AYour ChatOps job \[#\d+\]\(https://\S+\) has been created!\z}, 'links as in Markdown');
};

subtest 'what is posted' => sub {
    my $yaml = encode_json({
        good  => { script => [ 'echo "first"', 'echo second' ] },
        reply => { script => [ 'echo hidden', 'echo -e "section_start:1:chat_reply\r\033[0K\n<!channel> \033[32mgreen\nsection_end:1:chat_reply\r\033[0K"' ] },
        bad   => { script => ['echo why; false'] },
        big   => { script => ['head -c 3600 /dev/zero | tr "\0" x'] },
        quiet => { script => ['true'] },
    });

    set_up($yaml);

    my $by = 'ChatOps job started by [Maria Example](https://gitlab.example.com/maria)';
    my $ended = sub ($text, %with) {
        my $count = @posts + 1;
        said(text => $text, %with);
        my $post = post_within($count)->{json};
        return ($post->{attachments}[0] // {}, $post);
    };
    my ($got, $post) = $ended->('run reply');
    my $id = last_pipeline()->{jobs}[0]{id};

    is_deeply($post, { response_type => 'in_channel', attachments => [ { color => '#00c100',
        text => "$by completed successfully", fields => [
            { short => true, title => 'ID', value => "[#$id](https://gitlab.example.com/ops/infra/-/jobs/$id)" },
            { short => true, title => 'Name', value => 'reply' },
            { short => false, title => 'Output', value => "```shell\n<!channel> green\n```" } ] } ] }, 'a reply');
    is($posts[-1]{type}, 'application/json', 'as JSON');
    like(($ended->('run good'))[0]{fields}[2]{value}, qr/\n\e\[0;m\n|\$ echo "first"/, 'the whole script');
    ($got) = $ended->('run bad');
    is("$got->{color} $got->{text} " . @{ $got->{fields} }, "#e40303 $by failed! 2", 'a failure, without its reason');
    is(($ended->('run big'))[0]{fields}[2]{value}, 'The output is too large to be sent back directly!', 'too much');

    said(text => 'run quiet', response_url => 'https://hooks.slack.com/commands/1');
    my $callback = {};
    for (1 .. 100) {
        ($callback) = grep { $_->{url} =~ /slack/ } @{ state_now()->{callbacks} };
        last if $callback;
        select undef, undef, undef, 0.05;
    }
    is($callback->{error}, 'not sent: not on loopback', 'nothing leaves this machine');
    like($callback->{body}{text}, qr/\A<\@U0001>: /, 'but it is kept');

    my @called = grep { $_->{url} eq response_url() } @{ state_now()->{callbacks} };
    is(scalar @called, 4, 'as are the others');
    is_deeply([ map { $_->{status} } @called[ 0 .. 2 ] ], [ (200) x 3 ], 'with what was answered');

    said(text => 'run good', response_url => 'http://127.0.0.1:1/x');
    for (1 .. 100) { last if (state_now()->{callbacks}[-1]{error} // '') =~ /refused/; select undef, undef, undef, 0.05 }
    like(state_now()->{callbacks}[-1]{error}, qr/refused/, 'nobody there');
};

subtest 'faults' => sub {
    set_up();
    control(faults => [ { method => 'POST', path => 'slack_slash_commands/trigger$', status => 429, body => 'Retry later',
        headers => { 'Retry-After' => 2 }, times => 1 }, { path => '/trigger', action => 'drop_after', times => 1 } ]);
    is(form('slack')->code, 429, 'a rate limit');
    is(form('slack')->code, undef, 'an answer that is lost');
    is(scalar @{ state_now()->{pipelines} }, 1, 'the work is done');
};

is_deeply([ map { $_->{reason} } @{ state_now()->{complaints} } ], [], 'nothing to complain of');

done_testing;
