# chatopsctl, as an operator calls it.

use strict;
use warnings;

use Cwd qw(abs_path);
use Digest::SHA qw(hmac_sha256_hex);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IO::Uncompress::Gunzip qw(gunzip);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(decode_base64);
use Test::More;

my $root = dirname(dirname(abs_path(__FILE__)));
my $ctl
    = abs_path($ENV{CHATOPSCTL}
        || $ENV{TEST_NGINX_CHATOPSCTL}
        || "$root/build/chatopsctl");
my $dir = tempdir(CLEANUP => 1);

$ENV{TZ} = 'UTC';

# runs the program: its exit code (128 + signal), what it said, what it
# complained of

sub ctl {
    my ($stdin, @arguments) = @_;

    write_file("$dir/stdin", $stdin);

    my $pid = fork;
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        open STDIN,  '<', "$dir/stdin"  or die;
        open STDOUT, '>', "$dir/stdout" or die;
        open STDERR, '>', "$dir/stderr" or die;
        alarm 60;
        exec {$ctl} 'chatopsctl', @arguments or die "$ctl: $!";
    }

    waitpid $pid, 0;

    my $code = $? & 127 ? 128 + ($? & 127) : $? >> 8;

    return ($code, read_file("$dir/stdout"), read_file("$dir/stderr"));
}

sub write_file {
    my ($name, $text) = @_;

    open my $fh, '>:raw', $name or die "$name: $!";
    print $fh $text;
    close $fh or die "$name: $!";

    return $name;
}

sub read_file {
    my ($name) = @_;

    open my $fh, '<:raw', $name or die "$name: $!";
    local $/;

    return scalar <$fh>;
}

# the program itself

subtest 'it says how it is used' => sub {
    my ($code, $out, $err) = ctl('', '--help');
    is $code, 0, '--help is no error';
    like $out, qr/^\s+\Q$_\E\s/m, "$_ is listed"
        for qw(runs run users jobs plan eval reply sign version);

    for my $name (qw(runs run users jobs plan eval reply sign)) {
        ($code, $out, $err) = ctl('', $name, '--help');
        is $code, 0, "$name --help is no error";
        like $out, qr/^usage: chatopsctl $name /, "$name --help says how";
        is $err, '', 'and nothing else';
    }
};

subtest 'wrong usage is 64' => sub {
    for my $arguments (
        [],
        ['no-such-command'],
        ['runs'],
        ['runs', 'sqlite:/a', 'sqlite:/b'],
        ['runs', '--no-such-option', 'sqlite:/a'],
        ['runs', '--limit', '0',     'sqlite:/a'],
        ['runs', '--limit', 'many',  'sqlite:/a'],
        ['runs', '--limit', '10001', 'sqlite:/a'],
        ['run',  'sqlite:/a'],
        ['users'],
        ['jobs'],
        ['eval'],
        ['eval', '$A', '$B'],
        ['eval', '--var', 'A', '$A'],
        ['eval', '--var', '=a', '$A'],
        ['reply', '--ansi', 'paint', 'trace'],
        ['sign'],
        ['sign', '--secret-file', 'secret', '--timestamp', 'now'],
        ['sign', '--secret-file', 'secret', 'body'],
    ) {
        my ($code, $out, $err) = ctl('', @$arguments);
        is $code, 64, "chatopsctl @$arguments";
        is $out,  '', 'nothing on standard output';
        like $err, qr/^chatopsctl/, 'a complaint on standard error';
    }
};

subtest 'it knows its version' => sub {
    my ($code, $out) = ctl('', 'version');
    is $code, 0;
    like $out, qr/^chatopsctl \d+\.\d+\.\d+ \(SQLite /;
};

subtest 'a full disk is noticed' => sub {
    system { '/bin/sh' } 'sh', '-c', '"$1" --help > /dev/full 2> "$2"', 'sh',
        $ctl, "$dir/stderr";
    is $? >> 8, 1, 'no exit code of success for output that went nowhere';
    like read_file("$dir/stderr"), qr/cannot write/;
};

# a store, as the first release left it: its schema is version 1 for ever

my $packed = decode_base64(join '', <DATA>);
gunzip(\$packed, \my $database) or die 'gunzip';
write_file("$dir/runs.db", $database);

my $url = "sqlite:$dir/runs.db";

subtest 'runs are listed, the newest first' => sub {
    my ($code, $out, $err) = ctl('', 'runs', $url);

    is $code, 0;
    is $err,  '';

    my @lines = split /\n/, $out;
    is scalar @lines, 4, 'a heading and three runs';
    like $lines[0],
        qr{^ID\s+AGE\s+STATE/REPLY\s+JOB\s+USER\s+PROJECT\s+LINK$};
    like $lines[1], qr{^01hf7yat000000000000000003\s+\d+d\s+refused/posted\s};
    like $lines[2], qr{^01hf7yat000000000000000002\s.*/-/pipelines/42$};
    like $lines[3], qr{\sfinished/posted\s+hello-world\s+U2147483697\s};
    like $lines[3], qr{\sops/infra\s+https://gitlab\.\S+/-/jobs/141$};
    unlike $out, qr/[^\n\x20-\x7e]/, 'nothing that a terminal would obey';
    unlike $out, qr/hooks\.slack/, 'no response URL';
};

subtest 'runs are listed as JSON' => sub {
    my ($code, $out) = ctl('', 'runs', $url, '--json', '--limit', '2');
    is $code, 0;

    my $runs = decode_json($out);
    is_deeply [map { $_->{id} } @$runs],
        ['01hf7yat000000000000000003', '01hf7yat000000000000000002'];
    is $runs->[0]{error}, 'There is no job `nope`.';
    is $runs->[1]{input}, "a b\nc \x{e4}", 'as it was typed';
    is $runs->[1]{job},   "ls\e[31m\nred";
    is $runs->[1]{state}, 'watching';
    is $runs->[1]{deadline_at}, 1_700_001_860_000;
    ok !grep({ exists $_->{response_url} } @$runs), 'no response URL';
    unlike $out, qr/hooks\.slack/;
};

subtest 'one run is shown' => sub {
    my $id = '01hf7yat000000000000000001';
    my ($code, $out, $err) = ctl('', 'run', $url, $id);

    is $code, 0;
    is $err,  '';
    like $out, qr/^id\s+$id$/m;
    like $out, qr/^state\s+finished$/m;
    like $out, qr/^created_at\s+2023-11-14T22:14:20Z$/m;
    like $out, qr/^status\s+success$/m;
    like $out, qr{^job_url\s+https://gitlab\.\S+/ops/infra/-/jobs/141$}m;
    unlike $out, qr/response_url|hooks\.slack/;

    ($code, $out) = ctl('', 'run', $url, '01hf7yat000000000000000002');
    is $code, 0;
    like $out, qr/^input\s+a b\?c \xc3\xa4$/m, 'line ends are not obeyed';
    unlike $out, qr/hooks\.slack/, 'even while it still lives';

    ($code, $out) = ctl('', 'run', $url, $id, '--json');
    is $code, 0;
    is decode_json($out)->{pipeline_id}, 41;

    ($code, $out, $err) = ctl('', 'run', $url, '01hf7yat000000000000000009');
    is $code, 1, 'there is none';
    like $err, qr/there is no run 01hf7yat000000000000000009/;

    ($code, $out, $err) = ctl('', 'run', $url, 'hello');
    is $code, 2, 'not an id';
};

subtest 'a store that is not there is not made' => sub {
    my ($code, $out, $err) = ctl('', 'runs', "sqlite:$dir/none.db");
    is $code, 1;
    like $err, qr/none\.db: No such file or directory/;
    ok !-e "$dir/none.db";

    ($code, $out, $err) = ctl('', 'runs', 'runs.db');
    is $code, 2, 'not a URL';
    like $err, qr/expected "sqlite:/;

    write_file("$dir/diary.db", 'Dear diary, ' x 100);
    ($code, $out, $err) = ctl('', 'runs', "sqlite:$dir/diary.db");
    is $code, 1;
    like $err, qr/is no database/;
};

# users

subtest 'a users file is checked' => sub {
    my $file = write_file("$dir/users", <<'END');
# team/user       GitLab user
T0123/U0456       17:alice

  T0123/U0457     18
END
    my ($code, $out, $err) = ctl('', 'users', $file);
    is $code, 0;
    is $out,  "$file: 2 accounts\n";

    ($code, $out) = ctl("T0123/U0456 17", 'users', '-');
    is $code, 0;
    is $out,  "-: 1 account\n";

    ($code, $out) = ctl('', 'users', '-');
    is $code, 0;
    is $out,  "-: 0 accounts\n";

    write_file($file, "T0123/U0456 17\n\nT0123/U0457 alice\n");
    ($code, $out, $err) = ctl('', 'users', $file);
    is $code, 2;
    is $out,  '';
    like $err, qr/^\Q$file\E:3: \S/;

    write_file($file, "T0123/U0456 17\nT0123/U0456 18\n");
    ($code, $out, $err) = ctl('', 'users', $file);
    is $code, 2;
    like $err, qr/^\Q$file\E:2: \S/;

    ($code, $out, $err) = ctl('', 'users', "$dir/none");
    is $code, 1;
    like $err, qr/none: No such file or directory/;

    ($code, $out, $err) = ctl('#' x (4 * 1024 * 1024 + 1), 'users', '-');
    is $code, 2, 'over the limit';
};

# sign

subtest 'a body is signed as Slack does' => sub {

    # Slack's example, docs.slack.dev/authentication

    my $secret = write_file("$dir/secret", "8f742231b10e8888abcd99yyyzzz85a5\n");
    my $body   = join '&', 'token=xyzz0WbapA4vBCDEFasx0q6G',
        'team_id=T1DC2JH3J', 'team_domain=testteamnow',
        'channel_id=G8PSS9T3V', 'channel_name=foobar', 'user_id=U2CERLKJA',
        'user_name=roadrunner', 'command=%2Fwebhook-collect', 'text=',
        'response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J'
        . '%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN',
        'trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

    my ($code, $out) = ctl($body, 'sign', '--secret-file', $secret,
        '--timestamp', '1531420618');

    is $code, 0;
    is $out,
          "X-Slack-Request-Timestamp: 1531420618\n"
        . 'X-Slack-Signature: v0='
        . "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503\n";

    write_file("$dir/body", "a\0b\xff");
    ($code, $out) = ctl('other', 'sign', '--secret-file', $secret, '--body',
        "$dir/body");
    is $code, 0;

    my ($timestamp) = $out =~ /^X-Slack-Request-Timestamp: (\d+)$/m;
    cmp_ok abs(time - $timestamp), '<', 60, 'now';
    is $out =~ /v0=(\w+)$/m ? $1 : undef,
        hmac_sha256_hex("v0:$timestamp:a\0b\xff",
        '8f742231b10e8888abcd99yyyzzz85a5'), 'any bytes';

    write_file($secret, "first\nsecond\n");
    ($code, $out) = ctl('', 'sign', '--secret-file', $secret, '--timestamp', 1);
    like $out, qr/@{[ hmac_sha256_hex('v0:1:', 'first') ]}/,
        'the first of several';

    write_file($secret, "\n");
    my $err;
    ($code, $out, $err) = ctl('', 'sign', '--secret-file', $secret);
    is $code, 2, 'no secret';

    ($code, $out, $err) = ctl('', 'sign', '--secret-file', "$dir/none");
    is $code, 1, 'no file';
};

# jobs

my $ci = <<'END';
stages: [build, ops]
.hidden:
  script: ls
hello-world:
  stage: ops
  only: [chat]
  script: echo Hello World.
quiet:
  stage: ops
  except: [chat]
  script: ls
release:
  stage: ops
  when: manual
  script: [make, make release]
END

subtest 'jobs are listed with what chat may do' => sub {
    my $file = write_file("$dir/ci.yml", $ci);
    my ($code, $out, $err) = ctl('', 'jobs', $file);

    is $code, 0;
    is $err,  '';

    my @lines = split /\n/, $out;
    is scalar @lines, 4, 'a heading and three jobs, none of them hidden';
    like $lines[0], qr/^JOB\s+STAGE\s+RUNS\s+WHY$/;
    like $lines[1], qr/^hello-world\s+ops\s+yes\b/;
    like $lines[2], qr/^quiet\s+ops\s+no\s+.*except/;
    like $lines[3], qr/^release\s+ops\s+manual\b/;

    ($code, $out) = ctl($ci, 'jobs', '-', '--json');
    is $code, 0;

    my $answer = decode_json($out);
    is_deeply [@$answer{qw(valid errors workflow hidden)}],
        [JSON::PP::true, [], JSON::PP::true, ['.hidden']];

    my $jobs = $answer->{jobs};
    is_deeply [map { join ' ', map { $_ // 'null' }
                     @$_{qw(name stage included when allow_failure commands
                            runnable_alone)} } @$jobs],
        [
        'hello-world ops 1 on_success 0 1 1',
        'quiet ops 0 on_success 0 1 0',
        'release ops 1 manual 1 2 1',
        ];
    like $jobs->[1]{reason}, qr/except/;
};

subtest 'a single job answers by the exit code' => sub {
    for my $case (['hello-world', 0], ['quiet', 1], ['none', 1]) {
        my ($code) = ctl($ci, 'jobs', '-', '--job', $case->[0]);
        is $code, $case->[1], $case->[0];
    }
};

subtest 'what GitLab would refuse is refused with its reasons' => sub {
    my $wrong = "a:\n  stage: none\n  script: x\nb:\n  foo: 1\n  script: x\n";

    my ($code, $out, $err) = ctl($wrong, 'jobs', '-');
    is $code, 2;
    is $out,  '';
    like $err, qr/^-:5: b: .*`foo`/m, 'file, line, job and key';

    ($code, $out, $err) = ctl($wrong, 'jobs', '-', '--json');
    is $code, 2;

    my $answer = decode_json($out);
    ok !$answer->{valid};
    is_deeply $answer->{jobs}, [];
    like "@{$answer->{errors}}", qr/`foo`/;

    ($code, $out) = ctl("a: [1\nb: *no\n", 'jobs', '-', '--json');
    is $code, 2;
    ok !decode_json($out)->{valid}, 'no YAML is no configuration';
};

subtest 'needs are told, and dropped or taken along' => sub {
    my $needy = <<'NEEDY';
build:
  stage: build
  script: make
deploy:
  stage: deploy
  needs: [build]
  script: deploy
NEEDY

    my ($code, $out) = ctl($needy, 'jobs', '-', '--job', 'deploy');
    is $code, 0, 'a chat pipeline would hold it';
    like $out, qr/not as the only job: it needs the job `build`/;

    ($code, $out) = ctl($needy, 'plan', '-', 'deploy', '--json');
    is $code, 0;
    my $plan = decode_json($out);
    is $plan->{strategy}, 'isolated';
    unlike $plan->{configuration}, qr/^build:/m;

    ($code, $out) = ctl($needy, 'plan', '-', 'deploy', '--json', '--needs',
                        'include');
    is $code, 0;
    $plan = decode_json($out);
    like $plan->{configuration}, qr/^build:/m;
    like $plan->{configuration}, qr/^deploy:/m;
};

subtest 'the branch matters' => sub {
    my $only = "deploy:\n  only: [production]\n  script: ls\n";

    my ($code, $out) = ctl($only, 'jobs', '-', '--json');
    ok !decode_json($out)->{jobs}[0]{included}, 'on main';

    ($code, $out) = ctl($only, 'jobs', '-', '--json', '--ref', 'production');
    ok decode_json($out)->{jobs}[0]{included}, 'on production';
};

subtest 'what is no configuration is told' => sub {
    my ($code, $out, $err) = ctl("a: [1\nb: *no\n", 'jobs', '-');
    is $code, 2;
    like $err, qr/^-: .*line \d/;

    ($code, $out, $err) = ctl('just a text', 'jobs', '-');
    is $code, 2;

    ($code, $out, $err) = ctl('#' x (2 * 1024 * 1024 + 1), 'jobs', '-');
    is $code, 2, 'over the limit';

    ($code, $out, $err) = ctl('', 'jobs', "$dir/none");
    is $code, 1;
};

# reply

my $trace = join "\n",
    'Running with gitlab-runner 16.0.0',
    "section_start:1700000000:step_script\r\e[0K\e[0K\e[36;1m"
    . "Executing \"step_script\" stage of the job script\e[0;m\e[0;m",
    "\e[32;1m\$ echo hi\e[0;m",
    "\e[31mhi <there>\e[0m",
    "section_end:1700000001:step_script\r\e[0K\e[32;1mJob succeeded\e[0;m",
    '';

subtest 'expressions are evaluated as GitLab does' => sub {
    my ($code, $out, $err);

    # expression, variables; exit code, truth, value

    for my $case (
        ['$A == "a"',      ['A=a'],        0, 1, JSON::PP::true],
        ['$A == "a"',      ['A=b'],        1, 0, JSON::PP::false],
        ['$A == "a=b"',    ['A=a=b'],      0, 1, JSON::PP::true],
        ['$A',             ['A=x', 'A=y'], 0, 1, 'y'],
        ['$A',             ['A='],         1, 0, ''],
        ['$A',             [],             1, 0, undef],
        ['$A || $B',       ['A=', 'B=b'],  1, 0, ''],
        ['$A =~ /^v\d+/',  ['A=v2'],       0, 1, JSON::PP::true],
        ['/a\/b/i',        [],             0, 1, '(?i)a/b'],
        ['$A == "é"',      ["A=é"],        0, 1, JSON::PP::true],
        ['$A',             ["A=\xff."],    0, 1, "\x{fffd}."],
    ) {
        my ($expression, $variables, $exit, $truth, $value) = @$case;

        ($code, $out, $err) = ctl('', 'eval', $expression, '--json',
            map { ('--var', $_) } @$variables);
        is $code, $exit, "$expression @$variables";
        is_deeply decode_json($out),
            { valid => JSON::PP::true, truth => $truth
                    ? JSON::PP::true : JSON::PP::false, value => $value };
        is $err, '';

        ($code, $out) = ctl('', 'eval', (map { ('--var', $_) } @$variables),
            $expression);
        is $code, $exit;
        is $out, $truth ? "true\n" : "false\n";
    }

    for my $expression ('', '$A ==', '${A}', '/(?=a)b/', '/ab/ == $A') {
        ($code, $out, $err) = ctl('', 'eval', '--json', $expression);
        is $code, 2, "\"$expression\" is invalid";

        my $json = decode_json($out);
        like delete $json->{error}, qr/\w/, 'and it is said why';
        is_deeply $json, { valid => JSON::PP::false,
            truth => JSON::PP::false, value => undef };

        ($code, $out, $err) = ctl('', 'eval', $expression);
        is $code, 2;
        is $out,  '';
        like $err, qr/^chatopsctl: the expression is invalid: \w/;
    }

    ($code, $out) = ctl('', 'eval', '--json', '--var', 'A=a',
        '$A && /ab/ == $A');
    is $code, 1, 'what fails at run time only';

    my $json = decode_json($out);
    like delete $json->{error}, qr/\w/;
    is_deeply $json, { valid => JSON::PP::true, truth => JSON::PP::false,
        value => undef };

    ($code, $out) = ctl('', 'eval', '--tree', '$A == "a" || $B && null');
    is $code, 0;
    is $out, <<'TREE';
||
  ==
    $A
    "a"
  &&
    $B
    null
TREE
};

subtest 'a log becomes what would be posted' => sub {
    my $file = write_file("$dir/trace", $trace);

    my ($code, $out, $err) = ctl('', 'reply', $file, '--single');
    is $code, 0;
    is $err,  '';
    is $out,  "hi &lt;there&gt;\n", 'the output of the only command alone';

    ($code, $out) = ctl($trace, 'reply', '-');
    is $code, 0;
    like $out,   qr/\$ echo hi\n.*hi &lt;there&gt;/, 'commands and output';
    unlike $out, qr/\e/;

    ($code, $out) = ctl('', 'reply', $file, '--single', '--ansi', 'keep');
    like $out, qr/\e\[31mhi/;

    ($code, $out) = ctl('', 'reply', $file, '--status', 'failed', '--job',
        'greet');
    is $code, 0;
    like $out, qr/`greet` failed/;

    ($code, $out)
        = ctl('', 'reply', $file, '--single', '--json', '--user', 'U1');
    is $code, 0;

    my $message = decode_json($out);
    is $message->{response_type}, 'in_channel';
    like $message->{text}, qr/<\@U1>.*hi &lt;there&gt;/s;

    ($code, $out, $err) = ctl('', 'reply', "$dir/none");
    is $code, 1;
};

done_testing;

__DATA__
H4sIAAAAAAACA+2cz2/bZBjH7aRp044QEIqiqgp9oaKlqI3jJFtaymGhRFBRUpamooND+tZ+E3t1
bM/va9oetxOo4soNaUL7B5D2B0zsxGm9ckJCEyBOXCZx5LXjJGUkcTs0TZqeT+Vfeb9+3vd53sd2
Hyvt9rVNnRHUtJw2ZqggvCJEIsJVhARBiPBlXOgzFixdxGAR1rUtWxhMRMgqYiL5txCLPxKmMsmH
k/cmP+e7AAAAAAAAzxQWm0i/lRJvremmSo4c16QN27FuEIV5++PrtUq5XkEb1Q8qu+hsK9qq+sfo
7ZbODLy/hIKGJaS6pIHZIuJ89lGlVgk+QBvbqLpVR9Wdzc3dsYl0hvd6qd8rF3nb2H975C393rrG
h1luRTv+vNG3rFjtNjZVb38ssL5T3bi2869OApE36F5flDhf6gpZQozgdkNX+Y6jt1rE4fuLJ5I4
kU6lxG/LDO8b/ti9JRL0UC+/v1kJ7HhGdd90n3plt+7vdAeOPq1tfFKuXUcfV64veQ2UYf7L54gz
fJVDbOM4VHWgmyoKVSkGwaZrh6kcwgemenH32ajWKx9Wak+ogkj1dINVTd3UqdY3NlilEqwauklG
q4LZChl9MJVhPmrYNInRE45WmbhNhqtc6idM2Lh6mTV6tqltmZQ0XMcYrupckWGz3b2QR6s6tho9
JwbH3iFNFJ5fVMPnUN2w9s+h0k3bZeE9Mofnaus4ZLY71z7tqgb7yCUuNvo9DlbtO9hUtNDY6zbx
MzqY7sG2eqqRs83jdTa9htjyVIGZkfHCzKVho8eMkbbNQuJFHMdyQmfIOjRJuIrfmCi/S7gm040R
9wm3d4s4O65FtF2vbazXFyLj6bWUKPhPBnrT4LV9A7vM8o8b/lNA9tZR/liMe8/GBF+iL2WFl79L
vMk3AAAAAAAAAAC8KIil/2ng1s3ofHlmeiYVi8dj6fTca3NrifKsmMqkEpnJeML7ScTXEnEhJ2vN
0jFmuScp8DKaF9qqbVFG1ODAtEwinjz8YwGJJ6eRewI1sHJQ52p5PS8XS8WVQil32bLpTnB0ZbUk
FwrFy/l88UpuNVsqrPCPV/O5bEFjzKbvSlKnpM+SI9y2DZLl1S8/XdLNpoNfbWPdXGnmSAnLimnZ
RKeW4b3tqWvEIUinyLT8An3Pa9zL3j6KzJczs6m5vs8Hvs9zGe7zrEjjiZl4IhOLDfU5f4iZoulm
iyoaUV2j43Cnil5uY9Xz/ff37nPfxZ/uPLXv+a7vmmUd0Kxvx3Nc6pb+km9VkiVKFIewi4bKoDNf
FOT2lENUjPanFPTgbjdyioaZd9LRO8ONSj2r0rLUrfqpVMzzctTksdF4QvCxlcTvx+7/ONFZ394T
eeinp+dinLPpNuenm0gjBzNexg1PN7n79q2bb9Q1WBD5Vifrfqvteevtv7y1+xWfBeGXq089C/JF
w6oRw7CWDy3HULvhXLx4FGXhm3OexDObSnJRpq6iEEqnvPo/eVdI/pp8wDcAAAAAAAAAAAAAADwn
Xo+WxeEv1KIjm/ORTLQ8Ofz9SKf+/1pI/pz8gW8AAAAAAAAAAAAAAHiWLMTS6TWx/72DIV9wiZ5P
l4/Me7rJMJ1f/4vJx0LycfJPmAQAAAAAAAAAAAAAeAG4FGynojGx8xcWkU79fyokT5N3IEAAAAAA
AAAAAAAA8NzIXUQsxcqzMfEc/4QgqP//AV86G/MAYAAA
