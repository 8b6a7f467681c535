package Test::ChatOps::Words;

# The words of the sections, and small helpers.

use strict;
use warnings;

use Exporter 'import';
use Time::HiRes qw(sleep time);

our @EXPORT_OK = qw(
    section text line lines bytes characters slurp write_file path_pattern
    gitlab_faults slack_faults await $Slow
);

# Sanitizers and valgrind take their time.
our $Slow = $ENV{CHATOPS_TEST_SLOW} || 1;


# A section's value as bytes; undef when the block has none.
sub section {
    my ($block, $name) = @_;

    my $value = $block->$name;

    return undef unless defined $value;
    return ref $value ? $value : bytes("$value");
}


sub text { return section(@_) // '' }


# A section of one line.
sub line {
    my $value = section(@_);

    return undef unless defined $value;
    $value =~ s/\A\s+|\s+\z//g;
    return $value;
}


# Its lines, without blank ones and comments.
sub lines {
    return grep { !/\A\s*(?:#|\z)/ } split /\n/, text(@_);
}


sub bytes {
    my ($value) = @_;

    utf8::encode($value) if utf8::is_utf8($value);
    return $value;
}


sub characters {
    my ($value) = @_;

    utf8::decode($value) unless utf8::is_utf8($value);
    return $value;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or return '';
    local $/;
    my $text = <$in>;
    return $text // '';
}


sub write_file {
    my ($file, $content) = @_;

    open my $out, '>', $file or die "$file: $!\n";
    print $out $content;
    close $out or die "$file: $!\n";
    chmod 0600, $file;

    return;
}


# A pattern for a path of GitLab's API in wire form, with any query; "*" is a
# segment.
sub path_pattern {
    my ($path) = @_;

    return '\A(?:/api/v4)?'
           . join('[^/?]+', map { quotemeta } split /\*/, $path, -1)
           . '(?:\?|\z)';
}


# Lines "METHOD /path => FAULT".
sub gitlab_faults {
    my @rules;

    for my $line (@_) {
        my ($method, $path, $what) = $line =~ /\A(\S+) (\S+) => (.+)\z/
            or die "--- gitlab: what is \"$line\"?\n";

        my %rule = (method => $method, path => path_pattern($path),
                    fault($what));

        delete $rule{times} unless $rule{times};
        push @rules, \%rule;
    }

    return \@rules;
}


sub slack_faults { return [map { { fault($_) } } @_] }


sub fault {
    my ($what) = @_;

    my %rule = (times => 1, skip => 0);

    while (1) {
        if ($what =~ s/ x(\d+)\z//) {
            $rule{times} = $1 + 0;

        } elsif ($what =~ s/ always\z//) {
            $rule{times} = 0;

        } elsif ($what =~ s/ skip (\d+)\z//) {
            $rule{skip} = $1 + 0;

        } elsif ($what =~ s/ \{([\w-]+): ([^{}]*)\}\z//) {
            $rule{headers}{$1} = $2;

        } else {
            last;
        }
    }

    if ($what =~ /\A(\d{3})(?: (.*))?\z/s) {
        $rule{status} = $1 + 0;
        $rule{body} = characters($2) if defined $2;

    } elsif ($what =~ /\Aafter ([\d.]+)s\z/) {
        $rule{delay_ms} = 1000 * $1;

    } elsif ($what =~ /\Alate ([\d.]+)s\z/) {
        $rule{action} = 'late';
        $rule{delay_ms} = 1000 * $1;

    } elsif ($what =~ /\A(?:hang|drop|drop_after|garbage|truncate)\z/) {
        $rule{action} = $what;

    } else {
        die "what is the fault \"$what\"?\n";
    }

    return %rule;
}


# Waits until it is so, at most so many seconds.
sub await {
    my ($seconds, $so) = @_;

    my $until = time + $seconds * $Slow;

    until ($so->()) {
        return 0 if time > $until;
        sleep 0.03;
    }

    return 1;
}


1;
