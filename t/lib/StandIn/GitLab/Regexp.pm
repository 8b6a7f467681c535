package StandIn::GitLab::Regexp;

# /pattern/flags as GitLab writes them and RE2 reads them
# (lib/gitlab/untrusted_regexp/ruby_syntax.rb): no look-around, no reference
# back, nothing possessive.

use Mojo::Base -strict, -signatures;

use Exporter 'import';

our @EXPORT_OK = qw(regexp_compile regexp_looks);

my %compiled;

sub regexp_looks ($text) { return $text =~ m{^/.*/[ismU]*$}m }

# undef: no pattern, or none of RE2's.
sub regexp_compile ($literal) {
    my ($pattern, $flags) = $literal =~ m{^/(.*)/([ismU]*)$}m or return undef;

    return $compiled{$literal} if exists $compiled{$literal};
    %compiled = () if keys %compiled > 5000;
    return $compiled{$literal} = _compile($pattern, $flags);
}

sub _compile ($pattern, $flags) {
    my $out = '';

    pos($pattern) = 0;

    until ($pattern =~ /\G\z/gc) {
        if ($pattern =~ m{\G\\(?:[pP](?:\{\^?\w+\}|[A-Z])|x\{[0-9a-fA-F]+\})}gc) {
            $out .= $&;

        } elsif ($pattern =~ m{\G\\(.)}gcs) {
            return undef if $1 =~ /[1-9kgGZRXKhHNVeyYmMoOuUlLiIjJETqQFE]/;
            $out .= $1 eq '/' ? '/' : "\\$1";

        } elsif ($pattern =~ /\G\\\z/gc) {
            return undef;

        } elsif ($pattern =~ /\G(\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\])/gcs) {
            $out .= $1;

        } elsif ($pattern =~ /\G\(\?(?![imsU-]*[:)]|P?<[A-Za-z_]\w*>)/gc) {
            return undef;

        } elsif ($pattern =~ /\G((?:[*+?]|\{\d+(?:,\d*)?\})\??)(?=[*+?]|\{\d+(?:,\d*)?\})/gc) {
            return undef;

        } elsif ($pattern =~ /\G\{(\d+)(?:,(\d*))?\}/gc) {
            return undef if $1 > 1000 || length($2 // '') && ($2 > 1000 || $2 < $1);
            $out .= $&;

        } elsif ($pattern =~ /\G\{/gc) {
            $out .= '\{';

        } elsif ($pattern =~ /\G\$/gc) {
            $out .= '(?!\n)\z';

        } elsif ($pattern =~ /\G\(\?([imsU-]*)([:)])/gc) {
            $out .= '(?' . $1 =~ tr/U//dr . $2;

        } else {
            $pattern =~ /\G(.)/gcs;
            $out .= $1 =~ /[#\@ ]/ ? "\\$1" : $1;
        }
    }

    my $mode = join '', 'a', grep { $flags =~ /$_/ } qw(i s);

    return eval { no warnings; qr/(?$mode:$out)/ };
}

1;
