package Test::Nginx::Listener;

# A TCP or UDP server for one repetition of a block: it takes one connection
# (or one datagram), answers as told, and tells what it was asked.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket qw(SOCK_DGRAM SOCK_STREAM);
use Test::More ();
use Test::Nginx::Process;
use Test::Nginx::Util;
use Time::HiRes ();

use constant {
    MAX    => 1 << 20,
    QUIET  => 0.1,
    ASKED  => 1,
    BUFFER => 65536,
};

# Those that the block asks for.
sub start_all {
    my ($block) = @_;

    return map { _start($block, $_) } grep {
        my $section = "${_}_listen";
        defined $block->$section;
    } qw(tcp udp);
}

sub _start {
    my ($block, $proto) = @_;

    my $self = bless { proto => $proto, owner => $$ }, __PACKAGE__;
    my $where = trim(expand_section(_value($block, $proto, 'listen'),
        $block->name));

    my $socket = $self->_listen($where)
        or bail_out($block->name . " - cannot listen on $where: $!");

    # what it was asked, and the news that it is all there
    open(my $result, '+>', undef) or die "temporary file: $!";
    binmode $result;
    pipe(my $read, my $write) or die "pipe: $!";

    my $pid = fork() // die "fork: $!";

    if ($pid == 0) {
        $SIG{$_} = 'DEFAULT' for qw(CHLD HUP INT QUIT TERM);
        $SIG{PIPE} = 'IGNORE';
        close $read;

        @$self{qw(result done)} = ($result, $write);

        eval { $self->_serve($block, $socket); 1 }
            or print STDERR "# ${proto}_listen: $@";

        POSIX::_exit(0);
    }

    close $write;
    close $socket;
    @$self{qw(pid result done)} = ($pid, $result, $read);

    return $self;
}

sub _value {
    my ($block, $proto, $name) = @_;

    return section($block, "${proto}_$name");
}

sub _listen {
    my ($self, $where) = @_;

    my $stream = $self->{proto} eq 'tcp';

    if ($where =~ /\.sock$/) {
        $where = server_root() . "/html/$where" if $where !~ m{^/};
        unlink $where if -S $where;
        $self->{path} = $where;

        return IO::Socket::UNIX->new(
            Local => $where,
            Type  => $stream ? SOCK_STREAM : SOCK_DGRAM,
            $stream ? (Listen => 5) : (),
        );
    }

    return IO::Socket::INET->new(
        LocalAddr => '127.0.0.1',
        LocalPort => $where,
        Proto     => $self->{proto},
        $stream ? (Listen => 5, ReuseAddr => 1) : (),
    );
}

# ---- in the child

sub _serve {
    my ($self, $block, $socket) = @_;

    my $proto = $self->{proto};
    my $stream = $proto eq 'tcp';
    my $peer = $socket;

    if ($stream) {
        $peer = $socket->accept or die "accept: $!\n";
        shutdown($peer, $block->tcp_shutdown)
            if defined $block->tcp_shutdown;
    }

    my $query = $stream ? _read_stream($block, $peer) : _read_datagram($peer);

    syswrite $self->{result}, $query;
    close $self->{done};

    my $delay = _value($block, $proto, 'reply_delay');

    Time::HiRes::sleep(parse_time($delay)) if defined $delay;

    my $reply = _value($block, $proto, 'reply');

    $reply = $reply->($query) if ref $reply eq 'CODE';

    my $sent = 0;

    for my $packet (ref $reply eq 'ARRAY' ? @$reply : $reply // ()) {
        Time::HiRes::sleep(sleep_time()) if $sent++;
        $stream ? _write($peer, $packet) : $peer->send($packet);
    }

    # until the parent ends this
    if ($stream && defined $block->tcp_no_close) {
        POSIX::pause();
    }

    return;
}

sub _read_datagram {
    my ($peer) = @_;

    defined $peer->recv(my $query, BUFFER) or die "recv: $!\n";

    return $query;
}

sub _read_stream {
    my ($block, $peer) = @_;

    my $wanted = $block->tcp_query_len;

    if (!defined $wanted && defined $block->tcp_query
        && !ref $block->tcp_query)
    {
        $wanted = length $block->tcp_query;
    }

    my $quiet = $block->tcp_query_auto_timeout;

    $quiet = defined $quiet && $quiet =~ /\d/ ? parse_time($quiet) : QUIET;

    my $select = IO::Select->new($peer);
    my $query = '';

    while (length $query < MAX) {
        last if defined $wanted && length $query >= $wanted;

        my $bound = defined $wanted || !length $query ? ASKED : $quiet;

        last if !$select->can_read($bound);
        last if !sysread($peer, $query, BUFFER, length $query);
    }

    return $query;
}

sub _write {
    my ($peer, $bytes) = @_;

    while (length $bytes) {
        my $sent = syswrite($peer, $bytes) or return;
        substr($bytes, 0, $sent) = '';
    }

    return;
}

# ---- in the parent

# One test for `*_query`, one for `tcp_query_len`.
sub check {
    my ($self, $block) = @_;

    my $proto = $self->{proto};
    my $expected = _value($block, $proto, 'query');
    my $length = $proto eq 'tcp' ? $block->tcp_query_len : undef;

    return if !defined $expected && !defined $length;

    my $query = $self->_query;
    my $name = $block->name;

    if (defined $expected) {
        is_str($query, $expected, "$name - ${proto}_query ok");
    }

    if (defined $length) {
        Test::More::is(length $query, $length,
            "$name - TCP query length ok");
    }

    return;
}

sub _query {
    my ($self) = @_;

    return $self->{query} if defined $self->{query};

    IO::Select->new($self->{done})->can_read(ASKED);

    sysseek $self->{result}, 0, 0;

    my $query = '';

    while (sysread $self->{result}, $query, BUFFER, length $query) {
        # until the end
    }

    return $self->{query} = $query;
}

sub stop {
    my ($self) = @_;

    my $pid = delete $self->{pid};

    return if !defined $pid || $$ != $self->{owner};

    local ($?, $!);
    kill 'KILL', $pid;
    waitpid $pid, 0;
    unlink $self->{path} if defined $self->{path};

    return;
}

sub DESTROY { $_[0]->stop; return }

1;
