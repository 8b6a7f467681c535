# However a test file ends, nothing that it has started is left.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Inner;
use Test::More;

my $Data = <<'_DATA_';
__DATA__

=== TEST 1: the block
--- config
    location /t { return 200; }
--- tcp_listen: $TEST_NGINX_RAND_PORT_1
--- tcp_reply: none
--- request
GET /t
_DATA_

# writes the pids of nginx and of the listener, then runs `$code`
sub file {
    my ($code, $preamble) = @_;

    return <<"_HEAD_" . $Data;
use Test::Nginx::Socket 'no_plan';
no_shuffle();
@{[ $preamble // '' ]}
add_cleanup_handler(sub { print "# cleaned by \$\$\\n" });
add_response_body_check(sub {
    open(my \$file, '<', server_root() . '/logs/nginx.pid') or die \$!;
    my \$nginx = <\$file> + 0;
    my \$self = bless { pid => \$\$ }, 'Test::Nginx::Process';
    my (\$listener) = grep { \$_ != \$nginx } \$self->children;
    \$self = bless { pid => \$nginx }, 'Test::Nginx::Process';
    my (\$worker) = \$self->children;

    for my \$pair ([nginx => \$nginx], [worker => \$worker // ''],
        [listener => \$listener])
    {
        open(my \$out, '>', "\$pair->[0].new") or die \$!;
        print {\$out} "\$pair->[1]\\n";
        close \$out;
        rename "\$pair->[0].new", \$pair->[0] or die \$!;
    }

    $code
});
run_tests();
_HEAD_
}

sub gone {
    my ($pid) = @_;

    return wait_for(sub { !kill 0, $pid });
}

sub check {
    my ($inner, $what) = @_;

    for my $name (qw(nginx listener)) {
        my $pid = pid_in($inner, $name);

        ok($pid, "$what: $name ran") and ok(gone($pid), "$what: and is gone");
    }

    my $worker = pid_in($inner, 'worker');

    ok(gone($worker), "$what: and so is its worker") if $worker;

    return;
}

for my $case (
    ['the end of the file',  '', '', 0],
    ['die',                  'die "enough\n";'],
    ['exit',                 'exit 7;', '', 7],
    ['bail_out',             'bail_out("enough");', '', 255],
    ['nginx with a master',  '', 'master_on(); workers(2);', 0],
    ['die with a master',    'die "enough\n";', 'master_on(); workers(2);'],
    ['a master that died',   'kill KILL => $nginx;',
        'master_on(); workers(2);', 1],
    ['another nginx',        <<'_CODE_', 'master_on(); workers(2);', 0],
    kill 'TERM', $nginx;
    waitpid $nginx, 0;
    Test::Nginx::Server::forget() if Test::Nginx::Server->can('forget');

    my $another = fork() // die $!;

    if ($another == 0) {
        my $root = server_root();

        exec $ENV{TEST_NGINX_BINARY} // 'nginx', '-p', "$root/", '-c',
            "$root/conf/nginx.conf";
    }

    for (1 .. 200) {
        last if -s server_root() . '/logs/nginx.pid';
        select undef, undef, undef, 0.02;
    }

    open(my $out, '>', 'nginx') or die $!;
    print {$out} "$another\n";
    close $out;
_CODE_
) {
    my ($what, $code, $preamble, $expected) = @$case;
    my $inner = start_inner(file($code, $preamble));
    my ($out, $status) = end_of($inner);

    check($inner, $what);

    my @cleaned = $out =~ /^# cleaned by (\d+)$/mg;

    is("@cleaned", $inner->{pid}, "$what: cleanup handlers ran once");

    if (defined $expected) {
        is($status >> 8, $expected, "$what: the status is $expected");

    } else {
        isnt($status, 0, "$what: the status is of failure");
    }
}

for my $signal (qw(INT TERM)) {
    my $inner = start_inner(file('sleep 30;'));

    ok(wait_for(sub { pid_in($inner, 'listener') }), "$signal: it runs");
    kill $signal, $inner->{pid};

    my ($out, $status) = end_of($inner);

    check($inner, $signal);
    isnt($status, 0, "$signal: the status is of failure");
    like($out, qr/^# cleaned by $inner->{pid}$/m,
        "$signal: cleanup handlers ran");
}

{
    my $inner = start_inner(file(<<'_CODE_'));
    my $child = fork() // die $!;

    # leaves by the front door, with all END blocks
    exit 0 if $child == 0;

    waitpid $child, 0;
    ok(kill(0, $nginx), 'nginx outlives a child of the test file');

    $child = fork() // die $!;

    if ($child == 0) {
        sleep 30;
        exit 0;
    }

    kill 'TERM', $child;
    waitpid $child, 0;
    is($? & 127, 15, 'a child dies of the signal that it is sent');
    ok(kill(0, $nginx), 'and nginx lives on');
_CODE_
    my ($out, $status) = end_of($inner);

    is($status, 0, 'children of a test file stop nothing') or diag($out);
    check($inner, 'children');
}

{
    my $inner = start_inner(file(''));
    my ($out, $status) = end_of($inner);

    is(join(' ', glob(folder($inner) . '/t/servroot*')), '',
        'a random servroot is removed after success');
}

{
    my $inner = start_inner(file('ok(0);'));
    my ($out, $status) = end_of($inner);
    my ($root) = glob(folder($inner) . '/t/servroot_*');

    ok($root && -f "$root/logs/error.log", 'and is kept after a failure');
}

{
    my $inner = start_inner(file(''), TEST_NGINX_NO_CLEAN => 1);
    my ($out, $status) = end_of($inner);
    my $pid = pid_in($inner, 'nginx');

    ok(kill('QUIT', $pid), 'TEST_NGINX_NO_CLEAN leaves nginx');
    ok(gone($pid), 'and it stops when told');
}

{
    my @inner = map { start_inner(file('')) } 1 .. 4;

    for my $inner (@inner) {
        my ($out, $status) = end_of($inner);

        is($status, 0, 'files run beside each other') or diag($out);
    }
}

{
    my @inner = map {
        start_inner(file(''), TEST_NGINX_RANDOMIZE => '')
    } 1 .. 3;

    for my $inner (@inner) {
        my ($out, $status) = end_of($inner);

        is($status, 0, 'and without being told') or diag($out);
    }
}

done_testing();
