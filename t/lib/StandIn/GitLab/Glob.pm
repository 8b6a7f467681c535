package StandIn::GitLab::Glob;

# Ruby's File.fnmatch with PATHNAME, DOTMATCH and EXTGLOB, by which GitLab
# compares paths; and $NAME, ${NAME}, %NAME% in a text
# (lib/expand_variables.rb).

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(expand_all expand_existing glob_any);

use constant MAX_COMPARISONS => 50_000;

my %compiled;

# Does any of the patterns match any of the paths? Too many: taken for yes.
sub glob_any ($patterns, $paths) {
    return 1 if @$patterns * @$paths > MAX_COMPARISONS;

    for my $pattern (@$patterns) {
        my $regexp = $compiled{$pattern} //= _compile($pattern);

        return 1 if grep { $_ =~ $regexp } @$paths;
    }

    return 0;
}

my $NAME = qr/[a-zA-Z_][a-zA-Z0-9_]*/;
my $REFERENCE = qr/\$($NAME)|\$\{($NAME)\}|%($NAME)%/;

sub expand_existing ($text, $variables) {
    return $text =~ s/$REFERENCE/$variables->{ $1 \/\/ $2 \/\/ $3 } \/\/ $&/ger;
}

sub expand_all ($text, $variables) {
    return $text =~ s/$REFERENCE/$variables->{ $1 \/\/ $2 \/\/ $3 } \/\/ ''/ger;
}

sub _compile ($pattern) {
    my $any = join '|', map { _regexp($_) } _braces($pattern);

    return qr/\A(?:$any)\z/s;
}

# "a{b,c}d" is two patterns; a brace that is not closed is a character.
sub _braces ($pattern) {
    my ($start, $depth, $from, @parts) = (undef, 0, 0);

    pos($pattern) = 0;

    while ($pattern =~ /\G(?:\\.|(.))/gcs) {
        my ($char, $at) = ($1 // '', pos($pattern) - 1);

        if ($char eq '{' && !$depth++) {
            ($start, $from) = ($at, $at + 1);

        } elsif ($char eq ',' && $depth == 1) {
            push @parts, substr $pattern, $from, $at - $from;
            $from = $at + 1;

        } elsif ($char eq '}' && $depth && !--$depth) {
            push @parts, substr $pattern, $from, $at - $from;

            my ($before, $after) = (substr($pattern, 0, $start), substr $pattern, $at + 1);
            return map { _braces("$before$_$after") } @parts;
        }
    }

    return $pattern;
}

sub _regexp ($pattern) {
    my $out = '';

    pos($pattern) = 0;

    until ($pattern =~ /\G\z/gc) {
        if ($pattern =~ m{\G(?<![^/])(?:\*\*/)+}gc) { $out .= '(?:[^/]+/)*' }
        elsif ($pattern =~ /\G\*+/gc)               { $out .= '[^/]*' }
        elsif ($pattern =~ /\G\?/gc)                { $out .= '[^/]' }
        elsif ($pattern =~ m{\G\[([!^]?)((?:\\.|[^\]/\\])+)\]}gcs) {
            my ($not, $set) = ($1, $2);
            $out .= '(?!/)[' . ($not ? '^' : '') . $set =~ s/\[/\\[/gr . ']';
        }
        elsif ($pattern =~ /\G\\(.)/gcs) { $out .= quotemeta $1 }
        elsif ($pattern =~ /\G(.)/gcs)   { $out .= quotemeta $1 }
    }

    return $out;
}

1;
