package StandIn::GitLab::Yaml::Float;

# A number with a point: as text it is what Ruby makes of it, 3.10 is "3.1".

use Mojo::Base -strict, -signatures;

use overload '""' => \&text, '0+' => sub ($self, @) { $$self },
    bool => sub { 1 }, fallback => 1;

sub new ($class, $text) { return bless \(my $number = 0 + $text), $class }

sub text ($self, @) {
    my $number = $$self;

    return '.nan' if $number != $number;
    return $number > 0 ? '.inf' : '-.inf' if abs $number == 9**9**9;
    return '0.0' if $number == 0;

    my ($shortest) = grep { $_ == $number } map { sprintf "%.${_}e", $number } 0 .. 16;
    my ($sign, $digits, $power) = $shortest =~ /\A(-?)([\d.]+)e([-+]\d+)\z/;

    $digits =~ tr/.//d;
    $digits =~ s/(?<=.)0+\z//;

    return $sign . substr($digits, 0, 1) . '.' . (length $digits > 1 ? substr $digits, 1 : 0)
        . sprintf 'e%s%02d', $power < 0 ? '-' : '+', abs $power if $power < -4 || $power >= 15;
    return $sign . '0.' . '0' x (-$power - 1) . $digits if $power < 0;

    $digits .= '0' x ($power + 2 - length $digits) if length $digits < $power + 2;

    return $sign . substr($digits, 0, $power + 1) . '.' . substr $digits, $power + 1;
}

1;
