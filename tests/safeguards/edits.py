"""The safeguards: for each the edit that takes it out, and the tests that ought to notice.

An edit has to fit exactly once; `tests/unit/repository/test_safeguards.py` says where one no longer does.
"""

from dataclasses import dataclass
from pathlib import Path

SCHEMA = "migrations/versions/0001_every_table.py"
TESTS = "tests/integration"
ATTEMPTS, CANCEL, CHECKOUT = (f"{TESTS}/payments/test_{name}.py" for name in ("attempts", "cancel", "checkout"))
EVENTS, MISSED, OUTAGE = (f"{TESTS}/payments/test_{name}.py" for name in ("events", "missed", "outage"))
REFUNDS, REFUND_FAULTS = f"{TESTS}/payments/test_refunds.py", f"{TESTS}/payments/test_refund_faults.py"
REFUND_ENDS, RULES = f"{TESTS}/payments/test_refund_ends.py", f"{TESTS}/payments/test_rules.py"
CHARGED, FREE = f"{TESTS}/payments/test_charged.py", f"{TESTS}/payments/test_free_orders.py"
CHAOS = f"{TESTS}/payments/test_found_by_chaos.py"
DISPUTES, EARLY, ENUMS = (f"{TESTS}/payments/test_{name}.py" for name in ("disputes", "early", "open_enums"))
FINDINGS, WHOSE = f"{TESTS}/payments/test_findings.py", f"{TESTS}/payments/test_whose_money.py"
REFUND_PAYMENTS, REFUND_STOCK = f"{TESTS}/payments/test_refund_payments.py", f"{TESTS}/payments/test_refund_stock.py"
GATEWAY, PLACING = f"{TESTS}/payments/test_gateway.py", f"{TESTS}/checkout/test_orders.py"
SETTLE, WEBHOOK = f"{TESTS}/payments/test_settle.py", f"{TESTS}/payments/test_webhook.py"
SIGNATURE, SHELTER = "tests/unit/stripe/test_signature.py", "tests/unit/stripe/test_circuit_breaker.py"


@dataclass(frozen=True)
class Edit:
    file: str
    old: str
    new: str

    def fits(self, root: Path) -> bool:
        return (root / self.file).read_text().count(self.old) == 1

    def apply(self, root: Path) -> None:
        assert self.fits(root), f"{self.file} has not exactly one {self.old!r}: mend tests/safeguards/edits.py"
        path = root / self.file
        path.write_text(path.read_text().replace(self.old, self.new))


@dataclass(frozen=True)
class Safeguard:
    name: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]
    database: str = "sqlite"


def without(name: str, file: str, old: str, new: str, *tests: str, database: str = "sqlite") -> Safeguard:
    return Safeguard(name, (Edit(file, old, new),), tests, database)


CURRENCIES = f"{TESTS}/stripe/test_currencies.py"

AMOUNTS = (
    without(
        "a sum below the provider's minimum is refused before anything is set aside",
        "app/checkout/basket.py",
        "if amount < (minimum := currencies.minimum(currency)):",
        "if (minimum := 0):",
        f"{CURRENCIES}::test_an_order_below_the_providers_minimum_is_refused_before_anything_is_set_aside",
    ),
    without(
        "a price is an amount that its currency has",
        "app/items/service.py",
        "if fault := currencies.fault(",
        "if fault := str() and currencies.fault(",
        f"{CURRENCIES}::test_a_price_that_cannot_be_charged_is_refused_where_it_is_entered",
    ),
    without(
        "a price of another currency is not ordered",
        "app/checkout/basket.py",
        "if words := currencies.fault(item.price or 0, currency):",
        "if words := str():",
        f"{CURRENCIES}::test_a_price_of_another_currency_is_not_ordered_and_nothing_is_set_aside",
    ),
    without(
        "a refund is an amount that its currency has",
        "app/payments/refund_requests.py",
        "if wish.amount is not None and (words := currencies.fault(wish.amount, payment.currency)):",
        "if words := str():",
        f"{CURRENCIES}::test_a_refund_has_to_be_an_amount_of_its_currency",
    ),
    without(
        "the forint has two digits, as the provider counts",
        "app/stripe/currencies.py",
        'NO_DECIMALS = _listed("BIF',
        'NO_DECIMALS = _listed("HUF BIF',
        f"{CURRENCIES}::test_the_shop_says_how_many_digits_its_amounts_have_by_the_providers_table",
    ),
    without(
        "whether an order can still be paid is asked before a link is handed out",
        "app/checkout/routes.py",
        "    if not is_new:\n        await settle(db.session(), gateway(), attempt.id)",
        "    if not is_new:\n        pass",
        f"{CHECKOUT}::test_coming_back_to_a_session_that_is_over_leads_to_a_new_one",
    ),
    without(
        "a thin event is worked on",
        "app/stripe/schemas.py",
        'return self.type.removeprefix("v1.") if self.is_thin else self.type',
        "return self.type",
        f"{EVENTS}::test_a_thin_message_is_worked_on_like_any_other",
    ),
)

PLACED = (
    without(
        "an Idempotency-Key places one order",
        "app/orders/placing.py",
        '"idempotency_key": new.key,',
        '"idempotency_key": f"{new.key}{new.placed_at}",',
        f"{PLACING}::test_the_same_key_places_one_order",
    ),
    without(
        "a double click is seen once its turn has come, and is the same order",
        "app/orders/placing.py",
        "where(~_under_key.exists(), _has_room)",
        "where(_has_room)",
        f"{PLACING}::test_a_double_click_places_one_order",
        database="postgresql",  # SQLite lets one in after the other, and the second finds the first one's order
    ),
    without(
        "an account's orders come one after the other",
        "app/checkout/basket.py",
        ".with_for_update(key_share=True, of=_users)",
        "",
        f"{PLACING}::test_orders_that_are_placed_at_once_do_not_slip_through",
        database="postgresql",
    ),
    without(
        "what an account has not paid is counted as its next order is written",
        "app/orders/placing.py",
        "_has_room = (_most_orders > _unpaid.c.orders)",
        "_has_room = sa.true() | (_most_orders > _unpaid.c.orders)",
        f"{PLACING}::test_an_account_that_holds_too_much_pays_or_cancels_first",
    ),
    without(
        "another basket under the same key is refused",
        "app/checkout/service.py",
        "if known.order.request_hash != request_hash:",
        "if False:",
        f"{PLACING}::test_the_same_key_for_something_else_is_refused",
    ),
    without(
        "the order is committed before the provider is asked",
        "app/checkout/service.py",
        "            session.commit()\n            return ledger, attempt\n",
        "            return ledger, attempt\n",
        f"{PLACING}::test_an_order_holds_the_stock_and_says_where_to_pay",
    ),
    without(
        "no transaction is open across HTTP",
        "app/runtime/outbound.py",
        "if bridge.has_transaction():",
        "if False:",
        f"{TESTS}/runtime/test_async_bridge.py::test_a_transaction_may_not_be_open_across_http",
    ),
    without(
        "a session is asked for under its attempt's key",
        "app/stripe/gateway.py",
        '            headers["Idempotency-Key"] = sent.key',
        "            pass",
        f"{ATTEMPTS}::test_a_torn_connection_is_mended_under_the_same_key_while_the_buyer_waits",
        f"{ATTEMPTS}::test_what_was_not_heard_is_asked_again_and_is_one_session",
    ),
    without(
        "an answer that was not heard leaves the outcome open",
        "app/payments/attempts.py",
        "        if is_dead:\n",
        "        if True:\n",
        f"{PLACING}::test_an_unknown_outcome_keeps_the_hold_and_is_a_202",
        f"{ATTEMPTS}::test_what_was_not_heard_is_asked_again_and_is_one_session",
    ),
    without(
        "a saved 500 is not asked again but looked up",
        "app/stripe/errors.py",
        "(answer.is_server_error and replayed)",
        "False",
        f"{ATTEMPTS}::test_a_saved_500_is_not_asked_again_but_looked_up_and_the_session_found",
    ),
    without(
        "an idempotency_error is no answer about the session",
        "app/stripe/errors.py",
        'detail.type == "idempotency_error" or ',
        "",
        f"{ATTEMPTS}::test_a_session_is_found_although_a_deploy_changed_the_body",
    ),
    without(
        "a key that is in flight is waited for",
        "app/stripe/errors.py",
        "if status in (408, 409, 425, 429):\n        kind",
        "if status in (408, 425, 429):\n        kind",
        f"{ATTEMPTS}::test_a_replay_that_meets_the_first_one_in_flight_comes_back_later",
    ),
    without(
        "a wrong key of ours says nothing of what was sent before",
        "app/payments/attempts.py",
        " and not (again and isinstance(answer, Misconfigured | NotFound))",
        "",
        f"{ATTEMPTS}::test_a_wrong_key_says_nothing_of_what_became_of_an_attempt_that_was_sent",
    ),
    without(
        "Stripe-Should-Retry is obeyed",
        "app/stripe/gateway.py",
        'return bool(told == "true")',
        "pass",
        f"{ATTEMPTS}::test_the_providers_word_not_to_ask_again_is_obeyed",
    ),
    without(
        "after a day a key is not used again",
        "app/payments/attempts.py",
        "return now - sent < KEY_LASTS and attempt.expires_at - now > SHORTEST",
        "return True",
        f"{ATTEMPTS}::test_after_a_day_the_key_is_not_used_again_since_it_may_be_forgotten",
        f"{ATTEMPTS}::test_a_retry_after_a_day_makes_no_second_session",
    ),
    without(
        "an attempt is looked up before it is declared dead",
        "app/payments/attempts.py",
        "made = await _look_up(gateway, attempt)",
        "made = None",
        f"{ATTEMPTS}::test_a_session_is_found_although_a_deploy_changed_the_body",
    ),
    without(
        "a look-up reads every page of the list",
        "app/stripe/gateway.py",
        "if not raw.has_more or not raw.data:",
        "if True:",
        f"{ATTEMPTS}::test_a_session_is_found_among_more_than_one_page_of_others",
    ),
    without(
        "the sweep looks after attempts that nobody heard of",
        "app/payments/sweep.py",
        '("attempt", due_keys(Attempt, Attempt.status.in_(LIVE),',
        '("attempt", due_keys(Attempt, Attempt.status.in_(("open", "processing")),',
        f"{ATTEMPTS}::test_what_was_not_heard_is_asked_again_and_is_one_session",
    ),
    without(
        "two tabs are led to the same attempt",
        "app/checkout/service.py",
        "live = ledger.live_attempt\n",
        "live = None\n",
        f"{CHECKOUT}::test_two_tabs_lead_to_the_same_page",
    ),
    without(
        "the database has one attempt of an order that may bring money",
        SCHEMA,
        """["order_id"],
        unique=True,
        postgresql_where=sa.text("status IN""",
        """["order_id"],
        unique=False,
        postgresql_where=sa.text("status IN""",
        f"{RULES}::test_one_attempt_at_a_time_may_bring_an_order_money",
    ),
    without(
        "the database has one payment that settles an order",
        SCHEMA,
        """["order_id"],
        unique=True,
        postgresql_where=sa.text("disposition""",
        """["order_id"],
        unique=False,
        postgresql_where=sa.text("disposition""",
        f"{RULES}::test_one_payment_settles_an_order",
    ),
    without(
        "what pays an order is what it costs",
        "app/payments/charged.py",
        "if told.subtotal != order.total:",
        "if False:",
        f"{SETTLE}::test_money_of_another_amount_does_not_pay_the_order_and_goes_back",
        f"{CHECKOUT}::test_another_sum_than_was_asked_for_pays_nothing_and_goes_back",
    ),
    without(
        "what pays an order is of its currency",
        "app/payments/charged.py",
        "if currency != order.currency:",
        "if False:",
        f"{SETTLE}::test_money_of_another_amount_does_not_pay_the_order_and_goes_back",
        f"{CHECKOUT}::test_another_sum_than_was_asked_for_pays_nothing_and_goes_back",
    ),
    without(
        "a session's total is what its parts come to",
        "app/payments/charged.py",
        " or not without_tax <= told.total <= without_tax + details.amount_tax",
        "",
        f"{CHARGED}::test_a_session_that_is_not_about_the_lines_or_does_not_add_up_pays_nothing",
    ),
    without(
        "an order records what was charged for it",
        "app/payments/outcome.py",
        "        charged.record(ledger.order, told)\n",
        "",
        f"{CHARGED}::test_an_order_records_what_the_provider_charged",
    ),
    without(
        "a setting that names what the provider does not have is no fault of the order",
        "app/checkout/routes.py",
        " or error.param.startswith(OURS)",
        "",
        f"{CHARGED}::test_a_rate_that_the_provider_does_not_offer_is_no_fault_of_the_buyer",
    ),
    without(
        "a session has to bear the order's reference",
        "app/payments/outcome.py",
        "if told.client_reference_id != str(order.id):",
        "if False:",
        f"{SETTLE}::test_a_session_that_is_not_what_was_asked_for_pays_nothing_and_is_noted",
    ),
    without(
        "a session has to be of our mode, test or live",
        "app/payments/outcome.py",
        "if told.livemode is not gateway.livemode:",
        "if False:",
        f"{SETTLE}::test_a_session_that_is_not_what_was_asked_for_pays_nothing_and_is_noted",
    ),
    without(
        "an order that is paid is not paid again: the second goes back",
        "app/payments/outcome.py",
        "    if order.is_paid or ledger.settled_by is not None:\n        return False\n",
        "",
        f"{CHECKOUT}::test_where_both_sessions_are_paid_one_settles_and_the_other_goes_back",
        f"{FREE}::test_money_that_comes_after_it_was_cancelled_goes_back",
    ),
)

MESSAGES = (
    without(
        "an event is stored once",
        "app/payments/webhooks.py",
        "event_id = event.id[:MAX_EVENT_ID]",
        'event_id = f"{event.id}-{now.timestamp()}"',
        f"{WEBHOOK}::test_the_same_message_again_changes_nothing",
        f"{WEBHOOK}::test_three_deliveries_at_once_are_one_event_and_one_payment",
    ),
    without(
        "a lease keeps an attempt from being settled twice at once",
        "app/runtime/lease.py",
        "is_free(model, now), *conditions)",
        "*conditions)",
        f"{SETTLE}::test_somebody_elses_lease_is_respected_until_it_runs_out",
    ),
    without(
        "whoever was killed has their work taken over when their lease is over",
        "app/runtime/lease.py",
        "return model.lease_until.is_(None) | (model.lease_until <= now)",
        "return model.lease_until.is_(None)",
        f"{SETTLE}::test_somebody_elses_lease_is_respected_until_it_runs_out",
    ),
    without(
        "one thing that breaks does not keep the sweep from the others",
        "app/payments/sweep.py",
        "        except Exception as error:  # one",
        "        except ZeroDivisionError as error:  # one",
        f"{CHAOS}::test_an_attempt_that_our_own_code_breaks_on_does_not_keep_the_sweep_from_the_others",
    ),
    without(
        "reconcile goes on while its own work leads to events",
        "app/payments/reconcile.py",
        "goes_on = new or len(report.mended) > known",
        "goes_on = False",
        f"{CHAOS}::test_reconcile_goes_on_until_a_session_that_could_not_be_ended_is",
    ),
    without(
        "an event faster than the answer finds its attempt by our mark",
        "app/payments/events.py",
        "    if attempt is None:  # the event was faster",
        "    if False:  # the event was faster",
        f"{WEBHOOK}::test_a_message_faster_than_the_answer_to_our_own_post_finds_its_attempt",
    ),
    without(
        "seen is not done: what fails stays to be done",
        "app/payments/events.py",
        "    if is_done:\n",
        "    if True:\n",
        f"{WEBHOOK}::test_what_fails_after_the_message_is_stored_stays_to_be_done",
    ),
    without(
        "an event has to bear our signature",
        "app/stripe/signature.py",
        "if any(hmac.compare_digest(expected, each) for each in given):",
        "if expected and given:",
        f"{SIGNATURE}",
        f"{WEBHOOK}::test_a_forged_message_is_refused_and_not_stored",
    ),
    without(
        "an old event is not taken again",
        "app/stripe/signature.py",
        " or abs(now - int(times[0])) > TOLERANCE",
        "",
        f"{SIGNATURE}",
    ),
    without(
        "the very bytes are checked, not what they mean",
        "app/stripe/signature.py",
        'signed = times[0].encode() + b"." + body',
        'signed = times[0].encode() + b"." + __import__("json").dumps(__import__("json").loads(body)).encode()',
        f"{SIGNATURE}::test_a_body_written_anew_is_another_body",
    ),
    without(
        "while one secret replaces another both are good",
        "app/stripe/signature.py",
        "for secret in secrets:",
        "for secret in list(secrets)[:1]:",
        f"{SIGNATURE}",
        f"{WEBHOOK}::test_while_one_secret_replaces_another_both_are_good",
    ),
    without(
        "without a secret no event is accepted, and its sender told to come back",
        "app/payments/webhooks.py",
        "    if not secrets:\n        raise NoWebhookSecret\n",
        "",
        f"{WEBHOOK}::test_without_a_secret_no_message_is_accepted",
    ),
    without(
        "a lease keeps an event from being worked on twice at once",
        "app/runtime/lease.py",
        "is_free(model, now), *conditions)",
        "*conditions)",
        f"{EVENTS}::test_a_message_that_somebody_works_on_is_left_to_them_until_their_lease_is_over",
    ),
    without(
        "events that never came are fetched",
        "app/payments/backfill.py",
        "kept = webhooks.keep(session, json.dumps(event).encode(), utcnow())",
        "kept = None",
        f"{MISSED}::test_what_nobody_told_us_the_backfill_fetches_as_messages",
    ),
    without(
        "a debit that failed is not waited for",
        "app/payments/settle.py",
        "return (await gateway.get_intent(told.payment_intent)).over",
        "return False",
        f"{MISSED}::test_a_debit_that_fails_frees_the_stock",
    ),
    without(
        "complete is not paid",
        "app/stripe/schemas.py",
        'return self.payment_status == "paid" or (',
        'return self.status == "complete" or (',
        f"{SETTLE}::test_a_delayed_method_is_processing_until_the_money_is_there",
    ),
    without(
        "the sweep asks about sessions that nobody tells us of",
        "app/payments/sweep.py",
        '("attempt", due_keys(Attempt, Attempt.status.in_(LIVE),',
        '("attempt", due_keys(Attempt, Attempt.status.in_(("new", "unknown")),',
        f"{CANCEL}::test_the_clock_does_not_win_against_a_buyer_who_has_paid",
        f"{CANCEL}::test_the_clock_waits_for_a_debit",
    ),
)

STOCK = (
    without(
        "stock is set aside by an UPDATE with its own condition",
        "app/orders/stock.py",
        '== sa.bindparam("item"), _fits)',
        '== sa.bindparam("item"))',
        f"{PLACING}::test_what_is_not_there_is_not_sold_and_nothing_is_held",
        f"{PLACING}::test_thirty_two_buyers_get_five_units_between_them",
    ),
    Safeguard(
        "stock is taken in the order of the items",
        (
            Edit("app/orders/stock.py", "sorted(quantities.items())", "quantities.items()"),
            Edit("app/checkout/basket.py", "order_by(_items.c.id)", "order_by(sa.func.random())"),
        ),
        (f"{PLACING}::test_baskets_that_cross_each_other_do_not_lock_each_other_out",),
        "postgresql",
    ),
    without(
        "whoever moves an order has it to themselves",
        "app/orders/service.py",
        ".with_for_update(of=Order)",
        "",
        f"{RULES}::test_whoever_moves_an_order_has_it_to_themselves",
        database="postgresql",
    ),
    Safeguard(
        "holds stand while an order is being cancelled",
        (
            Edit("app/payments/cancel.py", "            if ledger.live_attempt is None:", "            if True:"),
            Edit("app/payments/cancel.py", "    assert ledger.live_attempt is None\n", ""),
        ),
        (f"{CANCEL}::test_while_the_provider_is_away_an_order_is_being_cancelled_and_keeps_its_stock",),
    ),
    without(
        "the session of an order that is given up is ended",
        "app/payments/settle.py",
        'if told.status != "open" or (order.is_unpaid and attempt.is_live) or not is_its_own:',
        "if True:",
        f"{CANCEL}::test_a_cancelled_order_can_be_paid_nowhere_and_its_stock_is_free",
    ),
    without(
        "what was paid with money is refunded and not cancelled",
        "app/payments/cancel.py",
        'ledger.order.status == "paid" and ledger.order.is_free:',
        'ledger.order.status == "paid":',
        f"{FREE}::test_staff_refund_an_order_that_was_paid_with_money_and_do_not_cancel_it",
    ),
    without(
        "where a session cannot be ended it is asked how it stands",
        "app/payments/settle.py",
        "return await gateway.get_session(told.id) if error.known else told",
        "return told",
        f"{CANCEL}::test_an_order_that_is_paid_at_the_very_instant_is_paid",
    ),
    Safeguard(
        "an order that is given up is settled without a transaction across HTTP",
        (
            Edit(
                "app/payments/settle.py",
                "known, order = attempt.session_id or session_id, attempt.order",
                "known = attempt.session_id or session_id",
            ),
            Edit(
                "app/payments/settle.py",
                "        if order.is_unpaid:\n            return",
                "        if attempt.order.is_unpaid:\n            return",
            ),
            Edit(
                "app/payments/settle.py",
                "(order.is_unpaid and attempt.is_live)",
                "(attempt.order.is_unpaid and attempt.is_live)",
            ),
            Edit(
                "app/payments/settle.py",
                "told.id or not outcome.mismatch(gateway, order, attempt, told)",
                "told.id or not outcome.mismatch(gateway, attempt.order, attempt, told)",
            ),
        ),
        (f"{CHAOS}::test_an_order_that_is_given_up_ends_a_session_whose_saved_500_says_nothing",),
    ),
    without(
        "late money is honoured only where there is something to give for it",
        "app/payments/outcome.py",
        "    if stock.is_held(order):\n",
        "    if True:\n",
        f"{SETTLE}::test_money_that_comes_late_goes_back_when_the_stock_is_gone",
    ),
)

MONEY_BACK = (
    without(
        "no more goes back than came in",
        "app/payments/refund_reservations.py",
        ".where(Payment.id == payment.id, fits)",
        ".where(Payment.id == payment.id)",
        f"{REFUNDS}::test_more_than_is_left_is_refused_and_the_provider_not_asked",
        f"{REFUNDS}::test_eight_keys_at_once_send_back_no_more_than_came_in",
    ),
    without(
        "a refund is sent under its own key, however often",
        "app/payments/refunds.py",
        "create_refund(refund.body, refund.idem_key, ",
        "create_refund(refund.body, secrets.token_urlsafe(), ",
        f"{REFUND_FAULTS}::test_a_refund_whose_answer_was_not_heard_is_sent_again_and_paid_once",
    ),
    without(
        "one wish of staff is one refund",
        "app/payments/refund_requests.py",
        "    if known is not None:\n",
        "    if False:\n",
        f"{REFUNDS}::test_the_same_wish_under_the_same_key_is_one_refund",
    ),
    without(
        "two equal wishes are two refunds",
        "app/payments/refund_requests.py",
        "hashlib.sha256(key.encode())",
        "hashlib.sha256()",
        f"{REFUNDS}::test_two_equal_ones_under_two_keys_are_both_paid",
    ),
    without(
        "an event that is faster than the answer is about the same refund",
        "app/payments/refunds.py",
        "return next(by_id, None) or next(by_key, None)",
        "return next(by_id, None)",
        f"{REFUND_FAULTS}::test_a_message_that_is_faster_than_the_answer_changes_nothing_twice",
    ),
    without(
        "after a day a refund is looked up, not sent again",
        "app/payments/refunds.py",
        "if utcnow() - sent < attempts.KEY_LASTS:",
        "if True:",
        f"{REFUND_FAULTS}::test_after_a_day_the_key_may_be_forgotten_and_the_refund_is_looked_up_instead",
    ),
    without(
        "a refund whose key is spent goes out under another",
        "app/payments/refunds.py",
        "        give_new_key(refund)\n",
        "        pass\n",
        f"{REFUND_FAULTS}::test_a_saved_500_that_made_nothing_goes_out_under_another_key",
    ),
    without(
        "money that no order needs goes back by itself",
        "app/payments/outcome.py",
        "    refunds.give_back(session, payment, now)\n",
        "",
        f"{REFUNDS}::test_a_second_payment_goes_back_once_and_by_itself",
    ),
    without(
        "what was reserved for a refund that failed is free again",
        "app/payments/refund_outcome.py",
        "    reserve_more(session, refund.payment, -refund.amount)\n",
        "",
        f"{REFUND_ENDS}::test_a_refund_that_fails_later_is_free_again_and_a_person_is_told",
    ),
    without(
        "the sweep sends refunds that were not heard of",
        "app/payments/sweep.py",
        '("refund", due_keys(Refund, Refund.status.in_(UNSETTLED),',
        '("refund", due_keys(Refund, Refund.status.in_(("pending",)),',
        f"{REFUND_FAULTS}::test_a_refund_whose_answer_was_not_heard_is_sent_again_and_paid_once",
    ),
)

KEPT = (
    without(
        "a refund or a dispute that is heard early brings its payment",
        "app/payments/events.py",
        "    if order_id is not None or intent_id is None:\n",
        "    if True:\n",
        f"{EARLY}::test_a_refund_heard_before_its_payment_brings_the_payment_too",
        f"{EARLY}::test_a_dispute_heard_before_its_payment_brings_the_payment_too",
    ),
    without(
        "what is heard before its payment is parked",
        "app/payments/events.py",
        "return attempt.order_id, is_settled and await",
        "return attempt.order_id, True or await",
        f"{EARLY}::test_what_is_heard_while_its_payment_cannot_be_asked_for_is_parked_and_taken_in_later",
    ),
    without(
        "the audit takes in refunds that nobody told of",
        "app/payments/audit_refunds.py",
        "    for each in await blocking(_news, session, told):\n",
        "    for each in []:\n",
        f"{EARLY}::test_the_audit_finds_refunds_and_disputes_that_nobody_told_of",
    ),
    without(
        "the audit takes in disputes that nobody told of",
        "app/payments/audit_refunds.py",
        "    for each in await blocking(_news_of_disputes, session, list(told.values())):\n",
        "    for each in []:\n",
        f"{EARLY}::test_the_audit_finds_refunds_and_disputes_that_nobody_told_of",
    ),
    without(
        "staff refund the payment that they chose",
        "app/payments/refund_requests.py",
        "    if wish.payment is None:\n",
        "    if True:\n",
        f"{REFUND_PAYMENTS}::test_staff_send_the_second_payment_back_and_the_first_one_stays",
    ),
    without(
        "a refund hides no other one that failed",
        "app/payments/models/payment.py",
        "return other.amount == self.amount and other.created_at >= (self.ended_at or self.created_at)",
        "return True",
        f"{REFUND_PAYMENTS}::test_a_newer_refund_of_another_amount_hides_no_failed_one",
    ),
    without(
        "what went back on the shelf is set aside again when its refund fails",
        "app/payments/refund_outcome.py",
        "    if stock.take_back(session, order):\n",
        "    if True:\n",
        f"{REFUND_STOCK}::test_what_is_still_there_is_set_aside_again_and_handed_over_once",
    ),
    without(
        "what is not there is not handed over",
        "app/orders/service.py",
        "    if not stock.is_sold(order) and not stock.take_back(session, order):\n",
        "    if False:\n",
        f"{REFUND_STOCK}::test_what_is_sold_since_is_not_handed_over_twice",
    ),
    without(
        "what is not there is not on the list",
        "app/payments/handover.py",
        "is_gone(lost) and stock.is_sold(ledger.order)",
        "is_gone(lost)",
        f"{REFUND_STOCK}::test_what_is_sold_since_is_not_handed_over_twice",
    ),
    without(
        "a disputed order is not handed over without a word",
        "app/payments/handover.py",
        "    if not despite_dispute and any(",
        "    if False and any(",
        f"{DISPUTES}::test_a_disputed_order_is_not_handed_over_without_a_word",
    ),
    without(
        "a session in a state that nobody knows is shown",
        "app/payments/outcome.py",
        "told.id, _unknown(told)",
        "told.id, None",
        f"{ENUMS}::test_a_session_in_an_unknown_state_is_shown_and_pays_nothing",
    ),
    without(
        "a refund in a state that nobody knows is kept, and shown",
        "app/payments/refund_outcome.py",
        "    if status is None:  # the money",
        "    if False:  # the money",
        f"{ENUMS}::test_a_refund_in_an_unknown_state_is_shown_and_counts_as_going_back",
    ),
    without(
        "money of another installation is none of ours",
        "app/payments/installation.py",
        "return marks[INSTALLATION] == own",
        "return True",
        f"{WHOSE}::test_money_of_another_system_is_no_finding_though_its_reference_is_the_same",
        f"{WHOSE}::test_two_kiosks_on_one_account_are_not_each_others_findings",
    ),
    without(
        "money by a twin of our session is shown",
        "app/payments/audit_payments.py",
        "return [each for each in left if installation.is_ours(each.marks, own, known)]",
        "return [each for each in left if each.marks.get(ATTEMPT) not in known]",
        f"{WHOSE}::test_money_by_a_twin_of_our_session_is_shown_until_it_went_back",
    ),
    without(
        "a finding whose facts change is open again",
        "app/payments/findings.py",
        "token = row.token if row.facts in (None, still.facts) else new_token()",
        "token = row.token",
        f"{FINDINGS}::test_a_payment_that_differs_otherwise_is_shown_again_under_another_id",
    ),
    without(
        "what may still be paid is not given up",
        "app/payments/give_up.py",
        "return is_test(gateway, attempt) or now > attempt.expires_at + attempts.SKEW",
        "return True",
        f"{FINDINGS}::test_a_live_session_that_another_account_may_still_have_is_not_given_up_before_its_time",
    ),
)

DATABASE = (
    without(
        "a writing transaction takes SQLite's lock at once",
        "app/runtime/db.py",
        '"BEGIN IMMEDIATE" if _mode.get() == "writing" else "BEGIN"',
        '"BEGIN"',
        f"{PLACING}::test_thirty_two_buyers_get_five_units_between_them",
    ),
    without(
        "a connection that the database has closed is not used",
        "app/runtime/postgresql.py",
        'sa.event.listen(engine, "checkout", _check)',
        "pass",
        f"{OUTAGE}::test_a_restart_costs_nobody_an_error",
        database="postgresql",
    ),
    without(
        "a call to the provider ends within its deadline",
        "app/stripe/gateway.py",
        "async with outbound.call_deadline():",
        "async with outbound.call_deadline(600):",
        f"{GATEWAY}::test_tries_and_pauses_end_with_the_deadline",
    ),
    without(
        "a hanging provider has a bounded number of calls",
        "app/stripe/circuit_breaker.py",
        "if self.busy >= AT_ONCE:",
        "if False:",
        f"{SHELTER}::test_so_many_calls_at_once_and_no_more",
    ),
    without(
        "a provider that hangs is left alone for a while",
        "app/stripe/circuit_breaker.py",
        "if self._clock() < self._rests_until:",
        "if False:",
        f"{SHELTER}::test_a_provider_that_hangs_is_left_alone_for_a_while",
    ),
)

SAFEGUARDS = AMOUNTS + PLACED + MESSAGES + STOCK + MONEY_BACK + KEPT + DATABASE
