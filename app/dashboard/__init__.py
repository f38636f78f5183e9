"""The shop at a glance, for staff: orders by state, money per day, stock that runs out, what needs a person."""
