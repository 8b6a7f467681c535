package StandIn::GitLab::Trace;

# A job's trace as gitlab-runner writes it: `classic`, `timestamped-17` (a
# write that ends without a newline is cut behind its last CR and goes on in a
# "+" line, so that section markers are cut too) or `timestamped-19` (a header
# a line, markers whole). Stream 00 is the runner, 01 the job's script.

use Mojo::Base -base, -signatures;

use POSIX       qw(strftime);
use Time::HiRes qw(time);

has format => 'classic';
has text   => '';

use constant MAX_LINE => 8192;

our %FORMATS = map { $_ => 1 } qw(classic timestamped-17 timestamped-19);

sub stamped ($self) { return $self->format ne 'classic' }

# What the runner itself says.
sub say ($self, $bytes) { $self->_write('00O', $bytes) }

sub line ($self, $text) { $self->say("\e[0K$text\e[0;m\n") }

sub green ($self, $text) { $self->say("\e[32;1m$text\e[0;m\n") }

# What the script writes, `kind` being O or E.
sub script ($self, $kind, $bytes) { $self->_write("01$kind", $bytes) }

# The script has closed its output.
sub script_end ($self) {
    $self->_flush($_, 0) for grep { length $self->{pending}{$_} } qw(01O 01E);
    delete $self->{going_on}{$_} for qw(01O 01E);
}

sub section_start ($self, $name, $title) {
    $self->say('section_start:' . int(time) . ":$name\r\e[0K");
    $self->say("\e[0K\e[36;1m$title\e[0;m\e[0;m\n");
}

sub section_end ($self, $name) {
    $self->say('section_end:' . int(time) . ":$name\r\e[0K");
}

sub close ($self) {
    $self->_flush($_, 0) for grep { length $self->{pending}{$_} }
        sort keys %{ $self->{pending} // {} };
}

sub _write ($self, $stream, $bytes) {
    if (!$self->stamped) {
        $self->{text} .= $bytes;
        return;
    }

    my $pending = \($self->{pending}{$stream} //= '');
    my $whole   = $bytes =~ /\n/;

    while ($bytes =~ s/\A([^\n]*)\n//) {
        $$pending .= $1;
        $self->_flush($stream, 0);
    }

    $$pending .= $bytes;

    if (!$whole && $self->format eq 'timestamped-17'
        && $$pending =~ /\A(.*\r)([^\r]*)\z/s)
    {
        my ($cut, $rest) = ($1, $2);

        $$pending = $cut;
        $self->_flush($stream, 1);
        $$pending = $rest;
    }

    $self->_flush($stream, 1) while length $$pending > MAX_LINE;
}

sub _flush ($self, $stream, $cut) {
    my $now  = time;
    my $flag = delete $self->{going_on}{$stream} ? '+' : ' ';

    $self->{text} .= strftime('%Y-%m-%dT%H:%M:%S', gmtime $now)
        . sprintf('.%06dZ ', ($now - int $now) * 1e6)
        . "$stream$flag$self->{pending}{$stream}\n";
    $self->{pending}{$stream}  = '';
    $self->{going_on}{$stream} = 1 if $cut;
}

1;
