// The calls that a shop makes of its payment provider, by Stripe's official library for Node.
//
// Run by `make interop` in a folder where it is installed: `node stripe_calls.mjs URL KEY` prints a line of JSON for
// each call, as stripe_calls.py does.
import assert from 'node:assert/strict';
import Stripe from 'stripe';

const [url, key] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const stripe = new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0 });

const line = { quantity: 2, price_data: { currency: 'eur', unit_amount: 1250, product_data: { name: 'Tea' } } };
const pages = { success_url: 'https://shop.example/paid', cancel_url: 'https://shop.example/back' };
const methods = { enabled: true, allow_redirects: 'never' };

const control = async (path, body) => {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${url}/_control${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
};
const session = (more = {}) =>
  stripe.checkout.sessions.create({ mode: 'payment', line_items: [line], ...pages, ...more });
const paid = async () => {
  const made = await session();
  await control(`/sessions/${made.id}/pay`, {});
  return stripe.checkout.sessions.retrieve(made.id, { expand: ['payment_intent.latest_charge'] });
};
const intent = (more = {}) =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'eur', automatic_payment_methods: methods, ...more });
const charged = (more = {}) => intent({ payment_method: 'pm_card_visa', confirm: true, ...more });
// with its balance transaction, which takes a while: asynchronous capture is the default
const booked = async () => {
  const made = await charged();
  await control('/clock', { advance: 60 });
  return made;
};
const coupon = () => stripe.coupons.create({ percent_off: 10, duration: 'once' });
const price = () => stripe.prices.create({ currency: 'eur', unit_amount: 900, product_data: { name: 'Pot' } });
const dispute = async () => control('/disputes', { session: (await paid()).id });
const refused = (wish, fields) => assert.rejects(wish, fields);

const calls = {
  'checkout.sessions.create': async () => assert.equal((await session()).amount_total, 2500),
  'checkout.sessions.create with all that a shop asks for': async () => {
    const made = await session({
      adaptive_pricing: { enabled: false },
      allow_promotion_codes: true,
      automatic_tax: { enabled: true },
      billing_address_collection: 'required',
      customer_creation: 'always',
      invoice_creation: { enabled: true },
      line_items: [{ ...line, adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 } }],
      phone_number_collection: { enabled: true },
      shipping_address_collection: { allowed_countries: ['AT'] },
      ui_mode: 'hosted_page',
    });
    assert.equal(made.ui_mode, 'hosted_page');
  },
  'checkout.sessions.retrieve': async () => assert.ok((await paid()).payment_intent.latest_charge.paid),
  'checkout.sessions.list': async () => {
    await session();
    assert.equal((await stripe.checkout.sessions.list({ limit: 1 })).data.length, 1);
  },
  'checkout.sessions.update': async () => {
    const changed = await stripe.checkout.sessions.update((await session()).id, { metadata: { a: '1' } });
    assert.equal(changed.metadata.a, '1');
  },
  'checkout.sessions.expire': async () =>
    assert.equal((await stripe.checkout.sessions.expire((await session()).id)).status, 'expired'),
  'checkout.sessions.listLineItems': async () => {
    const made = await session({ line_items: [line, line, line] });
    assert.equal((await stripe.checkout.sessions.listLineItems(made.id, { limit: 2 })).has_more, true);
  },
  'checkout.sessions.create: an unknown parameter': async () =>
    refused(session({ surprise: '1' }), { code: 'parameter_unknown', param: 'surprise' }),
  'checkout.sessions.create: a key is used again': async () => {
    const wish = { mode: 'payment', line_items: [line], ...pages };
    const first = await stripe.checkout.sessions.create(wish, { idempotencyKey: 'node 1' });
    assert.equal((await stripe.checkout.sessions.create(wish, { idempotencyKey: 'node 1' })).id, first.id);
    const other = stripe.checkout.sessions.create({ ...wish, locale: 'de' }, { idempotencyKey: 'node 1' });
    await refused(other, { type: 'StripeIdempotencyError' });
  },
  'paymentIntents.create': async () => assert.equal((await intent()).status, 'requires_payment_method'),
  'paymentIntents.create and confirm': async () => assert.equal((await charged()).status, 'succeeded'),
  'paymentIntents.create: declined': async () =>
    refused(charged({ payment_method: 'pm_card_chargeDeclined' }), { type: 'StripeCardError' }),
  'paymentIntents.confirm': async () => {
    const confirmed = await stripe.paymentIntents.confirm((await intent()).id, { payment_method: 'pm_card_visa' });
    assert.equal(confirmed.status, 'succeeded');
  },
  'paymentIntents.capture': async () => {
    const held = await charged({ capture_method: 'manual' });
    assert.equal((await stripe.paymentIntents.capture(held.id)).amount_received, 2000);
  },
  'paymentIntents.cancel': async () =>
    assert.equal((await stripe.paymentIntents.cancel((await intent()).id)).status, 'canceled'),
  'paymentIntents.update': async () =>
    assert.equal((await stripe.paymentIntents.update((await intent()).id, { amount: 99 })).amount, 99),
  'paymentIntents.search': async () => {
    await charged({ metadata: { order: 'n1' } });
    assert.equal((await stripe.paymentIntents.search({ query: 'metadata["order"]:"n1"' })).data.length, 1);
  },
  'charges.retrieve': async () => {
    const name = (await booked()).latest_charge;
    const told = await stripe.charges.retrieve(name, { expand: ['balance_transaction', 'refunds'] });
    assert.equal(told.balance_transaction.amount, 2000);
  },
  'charges.list': async () =>
    assert.equal((await stripe.charges.list({ payment_intent: (await charged()).id })).data.length, 1),
  'charges.update': async () =>
    assert.equal((await stripe.charges.update((await charged()).latest_charge, { description: 'x' })).description, 'x'),
  'charges.create with a token': async () =>
    assert.ok((await stripe.charges.create({ amount: 2000, currency: 'eur', source: 'tok_visa' })).paid),
  'paymentMethods.create, attach, list and detach': async () => {
    const made = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const customer = (await stripe.customers.create({ email: 'card@example.com' })).id;
    await stripe.paymentMethods.attach(made.id, { customer });
    const kept = await stripe.customers.listPaymentMethods(customer);
    assert.deepEqual([kept.data.length, kept.data[0].id], [1, made.id]);
    assert.equal((await stripe.paymentMethods.detach(made.id)).customer, null);
  },
  'refunds.create': async () =>
    assert.equal((await stripe.refunds.create({ payment_intent: (await charged()).id })).status, 'succeeded'),
  'refunds.update': async () => {
    const made = await stripe.refunds.create({ payment_intent: (await charged()).id });
    assert.equal((await stripe.refunds.update(made.id, { metadata: { a: '1' } })).metadata.a, '1');
  },
  'refunds.cancel': async () => {
    await control('/refunds', { status: 'requires_action' });
    const made = await stripe.refunds.create({ payment_intent: (await charged()).id });
    assert.equal((await stripe.refunds.cancel(made.id)).status, 'canceled');
  },
  'refunds.list': async () => assert.ok((await stripe.refunds.list({ limit: 3 })).data.length > 0),
  'disputes.update': async () => {
    const given = { evidence: { product_description: 'Tea' }, submit: true };
    assert.equal((await stripe.disputes.update((await dispute()).id, given)).status, 'under_review');
  },
  'disputes.close': async () => assert.equal((await stripe.disputes.close((await dispute()).id)).status, 'lost'),
  'customers.create, update, search and del': async () => {
    const made = await stripe.customers.create({ email: 'node@example.com' });
    assert.equal((await stripe.customers.update(made.id, { name: 'N' })).name, 'N');
    assert.equal((await stripe.customers.search({ query: 'email:"node@example.com"' })).data[0].id, made.id);
    assert.equal((await stripe.customers.del(made.id)).deleted, true);
  },
  'products.create': async () => assert.ok((await stripe.products.create({ name: 'Tea' })).active),
  'prices.create': async () => assert.equal((await price()).unit_amount, 900),
  'coupons.create': async () => assert.equal((await coupon()).percent_off, 10),
  'promotionCodes.create': async () => {
    const promotion = { type: 'coupon', coupon: (await coupon()).id };
    const made = await stripe.promotionCodes.create({ promotion, expand: ['promotion.coupon'] });
    assert.equal(made.promotion.coupon.percent_off, 10);
  },
  'balance.retrieve': async () => assert.equal((await stripe.balance.retrieve()).object, 'balance'),
  'balanceTransactions.list': async () => {
    const source = (await booked()).latest_charge;
    assert.equal((await stripe.balanceTransactions.list({ source })).data[0].type, 'charge');
  },
  'accounts.retrieveCurrent': async () => assert.ok((await stripe.accounts.retrieveCurrent()).charges_enabled),
  'webhookEndpoints.create and del': async () => {
    const made = await stripe.webhookEndpoints.create({ url: 'https://shop.example/hook', enabled_events: ['*'] });
    assert.ok(made.secret);
    assert.equal((await stripe.webhookEndpoints.del(made.id)).deleted, true);
  },
  'events.list': async () => {
    await paid();
    const told = await stripe.events.list({ types: ['checkout.session.completed'], delivery_success: true });
    assert.equal(told.object, 'list');
  },
  'events.retrieve': async () => {
    const [first] = (await stripe.events.list({ limit: 1 })).data;
    assert.equal((await stripe.events.retrieve(first.id)).id, first.id);
  },
  'v2.core.events.retrieve': async () => {
    const { id } = await charged();
    const [first] = (await stripe.v2.core.events.list({ object_id: id })).data;
    const event = await stripe.v2.core.events.retrieve(first.id);
    assert.equal((await event.fetchRelatedObject()).id, id);
  },
};

for (const [call, run] of Object.entries(calls)) {
  let error = null;
  try {
    await run();
  } catch (failure) {
    error = `${failure.name}: ${failure.message}`.slice(0, 400);
  }
  console.log(JSON.stringify({ call, error }));
}
