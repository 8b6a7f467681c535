package StandIn::GitLab::Config::Input;

# The header document with spec:inputs, and $[[ inputs.NAME ]] in what follows
# (lib/gitlab/ci/config/interpolation). Its functions are not known here.

use Mojo::Base -strict, -signatures;

use Exporter 'import';
use StandIn::GitLab::Config::Merge qw(ci_stop);
use StandIn::GitLab::Map;

our @EXPORT_OK = qw(input_apply);

# The configuration of one or two documents; `given` are an include's inputs.
sub input_apply ($documents, $given) {
    my ($header, $content) = @$documents;

    return $header if @$documents < 2 || ref $header ne 'HASH' || !exists $header->{spec};

    my $spec = ref $header->{spec} eq 'HASH' ? $header->{spec}{inputs} // {} : {};
    my %value;

    ci_stop('header:spec:inputs config should be a hash') if ref $spec ne 'HASH';

    for my $name (keys %$spec) {
        my $input = $spec->{$name} // {};

        ci_stop("header:spec:inputs:$name config should be a hash") if ref $input ne 'HASH';

        if (exists(($given // {})->{$name})) {
            $value{$name} = $given->{$name};

        } elsif (exists $input->{default}) {
            $value{$name} = $input->{default};

        } else {
            ci_stop("`$name` input: required value has not been provided");
        }

        ci_stop("`$name` input: `$value{$name}` cannot be used because it is not in"
            . ' the list of allowed options') if ref $input->{options} eq 'ARRAY'
            && !grep { "$_" eq "$value{$name}" } @{ $input->{options} };
    }

    my @odd = grep { !exists $spec->{$_} } keys %{ $given // {} };

    ci_stop('unknown input arguments: ' . join ', ', @odd) if @odd;

    return _interpolated($content, \%value);
}

my $BLOCK = qr/\$\[\[\s*(.*?)\s*\]\]/s;

sub _interpolated ($node, $value) {
    if (ref $node eq 'HASH') {
        return StandIn::GitLab::Map->new(map {
            _text($_, $value) => _interpolated($node->{$_}, $value) } keys %$node);
    }

    return [ map { _interpolated($_, $value) } @$node ] if ref $node eq 'ARRAY';
    return $node if !defined $node || ref $node;
    return _value($1, $value) if $node =~ /\A$BLOCK\z/ && $1 !~ /\]\]/;
    return index($node, '$[[') >= 0 ? _text($node, $value) : $node;
}

sub _value ($access, $value) {
    ci_stop("interpolation `$access` is not known to the stand-in")
        if $access !~ /\Ainputs\.([\w-]+)\z/;
    ci_stop("unknown interpolation provided: `$1` in `$access`") unless exists $value->{$1};

    return $value->{$1};
}

sub _text ($text, $value) {
    return $text =~ s{$BLOCK}{
        my $got = _value($1, $value);
        ref $got eq 'JSON::PP::Boolean' ? ($got ? 'true' : 'false') : $got // '';
    }ger;
}

1;
