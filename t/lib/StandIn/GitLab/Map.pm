package StandIn::GitLab::Map;

# A hash that keeps the order of its keys, as Ruby's does: the order of jobs
# and stages in a configuration is its author's.

use Mojo::Base -strict, -signatures;

sub new ($class, @pairs) {
    tie(my %hash, $class);

    while (@pairs) {
        my ($key, $value) = splice @pairs, 0, 2;
        $hash{$key} = $value;
    }

    return \%hash;
}

sub TIEHASH ($class) { return bless { keys => [], values => {}, at => 0 }, $class }

sub FETCH ($self, $key) { return $self->{values}{$key} }

sub STORE ($self, $key, $value) {
    push @{ $self->{keys} }, $key unless exists $self->{values}{$key};
    $self->{values}{$key} = $value;
}

sub EXISTS ($self, $key) { return exists $self->{values}{$key} }

sub DELETE ($self, $key) {
    return undef unless exists $self->{values}{$key};
    @{ $self->{keys} } = grep { $_ ne $key } @{ $self->{keys} };
    return delete $self->{values}{$key};
}

sub CLEAR ($self) { $self->{keys} = []; $self->{values} = {} }

sub FIRSTKEY ($self) { $self->{at} = 0; return $self->NEXTKEY }

sub NEXTKEY ($self, @) { return $self->{keys}[ $self->{at}++ ] }

sub SCALAR ($self) { return scalar @{ $self->{keys} } }

1;
