package StandIn::GitLab::Yaml::Float;

# A number with a point: as text it is what Ruby makes of it, 3.10 is "3.1".

use Mojo::Base -strict, -signatures;

use overload '""' => \&text, '0+' => sub ($self, @) { $$self }, fallback => 1;

sub new ($class, $text) { return bless \(my $number = 0 + $text), $class }

sub text ($self, @) {
    my ($text) = grep { $_ == $$self } map { sprintf "%.${_}g", $$self } 15 .. 17;

    return $text =~ /[.e]/ ? $text : "$text.0";
}

1;
