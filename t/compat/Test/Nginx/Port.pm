package Test::Nginx::Port;

# TCP ports that no one else uses: neither another program (the port can be
# bound) nor another test file running beside this one (a name in the abstract
# socket space is held as long as this process lives, and vanishes with it).

use strict;
use warnings;

use Socket qw(AF_INET AF_UNIX INADDR_ANY SOCK_DGRAM SOCK_STREAM SOL_SOCKET
    SO_REUSEADDR pack_sockaddr_in pack_sockaddr_un);

use constant {
    # below Linux's range of ephemeral ports
    FIRST => 10_000,
    LAST  => 32_000,
    TRIES => 500,
};

my %held;
my %named;

# Ours as long as the process lives; false: taken by another test file.
sub hold {
    my ($port) = @_;

    return 1 if $held{$port};

    socket(my $lock, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
    bind($lock, pack_sockaddr_un("\0test-nginx-port-$port")) or return 0;

    $held{$port} = $lock;

    return 1;
}

sub release {
    my ($port) = @_;

    delete $held{$port};

    return;
}

sub is_free {
    my ($port) = @_;

    for my $type (SOCK_STREAM, SOCK_DGRAM) {
        socket(my $socket, AF_INET, $type, 0) or die "socket: $!";

        if ($type == SOCK_STREAM) {
            setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1);
        }

        bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or return 0;
    }

    return 1;
}

# A free port, held; dies when there is none.
sub choose {
    for (1 .. TRIES) {
        my $port = FIRST + int(rand(LAST - FIRST));

        next if $held{$port} || !hold($port);

        return $port if is_free($port);

        release($port);
    }

    die "no free port between " . FIRST . " and " . LAST . "\n";
}

# The same port for the same name as long as the process lives.
sub named {
    my ($name) = @_;

    return $named{$name} //= choose();
}

1;
