"""Commands about promotions and coupons."""
