package Test::Nginx::Client;

# Sends packets and reads until nginx closes, whichever comes first.

use strict;
use warnings;

use Errno qw(EAGAIN EINTR ECONNREFUSED EWOULDBLOCK);
use IO::Select;
use IO::Socket::INET;
use Test::Nginx::Process;
use Test::Nginx::Util;
use Time::HiRes ();

use constant {
    # an nginx that has just started
    CONNECT_BOUND => 3,
    CHUNK => 65536,
};

sub _connect {
    my ($address) = @_;

    my $socket;

    Test::Nginx::Process::wait_until(CONNECT_BOUND, sub {
        $socket = IO::Socket::INET->new(
            PeerAddr => $address,
            PeerPort => server_port_for_client(),
            Proto    => 'tcp',
            Timeout  => CONNECT_BOUND,
        );

        return $socket || $! != ECONNREFUSED;
    });

    return $socket;
}

# Returns { data, error }: error is undef, 'timeout' or why there is no
# connection.
sub exchange {
    my (%arg) = @_;

    my $socket = _connect($arg{address})
        or return { data => '', error => "cannot connect: $!" };

    $socket->blocking(0);
    binmode $socket;

    my $self = bless {
        socket   => $socket,
        timeout  => $arg{timeout},
        shutdown => $arg{shutdown},
        queue    => _queue(@{ $arg{packets} }),
        data     => '',
        until    => 0,
    }, __PACKAGE__;

    local $SIG{PIPE} = 'IGNORE';
    $self->_run;
    close $socket;

    return { data => $self->{data}, error => $self->{error} };
}

# Bytes and pauses, in turn.
sub _queue {
    my (@packets) = @_;

    my @queue;

    for my $index (0 .. $#packets) {
        my $packet = $packets[$index];
        my $pause = $packet->{delay_before}
            // ($index > 0 ? sleep_time() : 0);

        push @queue, { pause => $pause } if $pause;
        push @queue, { bytes => $packet->{value} }
            if length $packet->{value};
        push @queue, { pause => $packet->{delay_after} }
            if $packet->{delay_after};
    }

    return \@queue;
}

sub _run {
    my ($self) = @_;

    my $select = IO::Select->new($self->{socket});
    my $idle_since = Time::HiRes::time();

    while (1) {
        my $step = $self->_step;
        my $now = Time::HiRes::time();

        # a pause of ours is no silence of theirs
        my $left = $step && $step->{pause} ? $self->{until} - $now
            : $idle_since + $self->{timeout} - $now;

        my ($read, $write) = IO::Select->select($select,
            $step && defined $step->{bytes} ? $select : undef, undef,
            $left > 0 ? $left : 0);

        if (@{ $read || [] }) {
            $idle_since = Time::HiRes::time();
            return if !$self->_read;
        }

        if (@{ $write || [] }) {
            $idle_since = Time::HiRes::time();
            $self->_write;
        }

        if ($step && $step->{pause}) {
            $idle_since = Time::HiRes::time();
            next;
        }

        if (Time::HiRes::time() - $idle_since >= $self->{timeout}) {
            $self->{error} = 'timeout';
            return;
        }
    }

    return;
}

# What is to be done now: { bytes }, { pause }, or undef when all is sent.
sub _step {
    my ($self) = @_;

    my $queue = $self->{queue};

    while (my $step = $queue->[0]) {
        return $step if defined $step->{bytes};

        $self->{until} ||= Time::HiRes::time() + $step->{pause};

        return $step if Time::HiRes::time() < $self->{until};

        $self->{until} = 0;
        shift @$queue;
    }

    if (defined $self->{shutdown}) {
        shutdown($self->{socket}, delete $self->{shutdown});
    }

    return;
}

# False: they closed.
sub _read {
    my ($self) = @_;

    my $got = sysread($self->{socket}, $self->{data}, CHUNK,
        length $self->{data});

    return $got if defined $got;
    return $! == EAGAIN || $! == EINTR || $! == EWOULDBLOCK;
}

sub _write {
    my ($self) = @_;

    my $step = $self->{queue}[0];
    my $sent = syswrite($self->{socket}, $step->{bytes});

    if (!defined $sent) {
        return if $! == EAGAIN || $! == EINTR || $! == EWOULDBLOCK;

        # they do not read any more, but may have answered
        $self->{queue} = [];
        return;
    }

    substr($step->{bytes}, 0, $sent) = '';
    shift @{ $self->{queue} } if !length $step->{bytes};

    return;
}

1;
