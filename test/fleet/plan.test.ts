/** The plan of a fleet: pairs, policies, chains, ways back, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesPattern } from '../../src/fleet/pattern.js';
import { planFleet } from '../../src/fleet/plan.js';
import { sha256Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import type { FleetPlan, FleetPolicy, FleetProduct, KnownProduct, Placed } from '../../src/model/fleet.js';
import { compareRevisions } from '../../src/model/revision.js';

const placed = (text: string, line = 1): Placed => ({ text, place: { file: 'fleet.yaml', line, column: 1 } });

const policy: FleetPolicy = { downgrade: 'forbidden', back: undefined, beyond: 'none', chains: [] };

const product: FleetProduct = {
  name: 'gateway',
  archive: 'releases',
  sources: [placed('V*')],
  targets: [placed('V5')],
  output: placed('packages'),
  withRollback: false,
  policy,
  settings: {},
};

function known(changes: Partial<FleetProduct>, versions = ['V1', 'V2', 'V3', 'V4', 'V5']): KnownProduct {
  return {
    product: { ...product, ...changes },
    versions: versions.map((revision) => ({
      revision,
      digest: sha256Of(Buffer.from(revision)),
      content: sha256Of(Buffer.from(`content of ${revision}`)),
      bytes: 1000,
    })),
    listFiles: [],
  };
}

const plan = (changes: Partial<FleetProduct>): FleetPlan => planFleet('fleet.yaml', [known(changes)]);
const pairs = ({ jobs }: FleetPlan): readonly string[] =>
  jobs.map(
    ({ from, to, kind, rollback }) => `${from}>${to}${kind === 'whole' ? ' whole' : ''}${rollback ? ' back' : ''}`,
  );

function refused(act: () => unknown, code: string): InputError {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof InputError, code);
  assert.equal(thrown.faults[0]?.code, code);
  return thrown;
}

test('unit: every source leads to every target, each pair once, oldest first, whatever the order in the file', () => {
  const targets = [placed('V5'), placed('V4'), placed('V[45]')];
  const made = plan({ targets, sources: [placed('V3'), placed('V1'), placed('V?')] });
  assert.deepEqual(pairs(made), ['V1>V4', 'V2>V4', 'V3>V4', 'V1>V5', 'V2>V5', 'V3>V5', 'V4>V5']);
  assert.deepEqual(made.jobs.map(({ output }) => output).slice(0, 2), [
    'packages/V1-to-V4.zip',
    'packages/V2-to-V4.zip',
  ]);
  assert.deepEqual(plan({ targets: targets.toReversed(), sources: [placed('V*'), placed('V2')] }), made);
});

test('unit: a downgrade is forbidden unless the policy allows it', () => {
  const targets = [placed('V3')];
  const forbidden = plan({ targets });
  assert.deepEqual(pairs(forbidden), ['V1>V3', 'V2>V3']);
  assert.deepEqual(
    forbidden.ways.filter(({ reason }) => reason === 'downgrade').map(({ from }) => from),
    ['V4', 'V5'],
  );
  assert.deepEqual(pairs(plan({ targets, policy: { ...policy, downgrade: 'allowed' } })), [
    'V1>V3',
    'V2>V3',
    'V4>V3',
    'V5>V3',
  ]);
});

test('unit: beyond so many versions back: nothing, a chain, or everything whole', () => {
  const near = { ...policy, back: 2 };
  const none = plan({ policy: near });
  assert.deepEqual(pairs(none), ['V3>V5', 'V4>V5']);
  assert.deepEqual(
    none.ways.filter(({ reason }) => reason === 'too-far-back').map(({ from }) => from),
    ['V1', 'V2'],
  );
  const chain = plan({ policy: { ...near, beyond: 'chain' } });
  assert.deepEqual(pairs(chain), ['V1>V3', 'V2>V4', 'V3>V5', 'V4>V5']);
  assert.deepEqual(chain.ways.find(({ from }) => from === 'V1')?.jobs, ['gateway/V1-to-V3', 'gateway/V3-to-V5']);
  const whole = plan({ policy: { ...near, beyond: 'whole' } });
  assert.deepEqual(pairs(whole), ['V1>V5 whole', 'V2>V5 whole', 'V3>V5', 'V4>V5']);
});

test('unit: a chain of the policy leads over its version; what lies beyond the target is passed over', () => {
  const chains = [{ from: placed('V[12]'), over: placed('V3') }];
  const made = plan({ policy: { ...policy, chains }, targets: [placed('V2'), placed('V5')] });
  assert.deepEqual(pairs(made), ['V1>V2', 'V1>V3', 'V2>V3', 'V3>V5', 'V4>V5']);
});

test('unit: chains in a circle are refused, of the policy alone and together with how far back it goes', () => {
  const chain = (from: string, over: string) => ({ from: placed(from, 7), over: placed(over) });
  for (const chains of [
    [chain('V1', 'V1')],
    [chain('V1', 'V2'), chain('V2', 'V1')],
    [chain('V1', 'V2'), chain('V2', 'V3'), chain('V3', 'V1')],
  ]) {
    const error = refused(() => plan({ policy: { ...policy, chains } }), 'fleet-chain-cycle');
    assert.match(error.message, /fleet\.yaml:7/);
    assert.match(error.message, /V1 → /);
  }
  const back: FleetPolicy = { downgrade: 'forbidden', back: 1, beyond: 'chain', chains: [chain('V3', 'V1')] };
  refused(() => plan({ policy: back }), 'fleet-chain-cycle');
});

test('unit: with rollback each package has one that leads back; without, the versions with no way back are told', () => {
  const targets = [placed('V4'), placed('V5')];
  const without = plan({ targets, sources: [placed('V3')] });
  assert.deepEqual(without.noWayBack, [
    { product: 'gateway', version: 'V4', cameFrom: ['V3'] },
    { product: 'gateway', version: 'V5', cameFrom: ['V3'] },
  ]);
  const back = plan({ targets, sources: [placed('V3')], withRollback: true });
  assert.deepEqual(pairs(back), ['V3>V4', 'V3>V5', 'V4>V3 back', 'V5>V3 back']);
  assert.deepEqual(back.noWayBack, []);
});

test('unit: a version that the archive does not hold is told with its line and the nearest name', () => {
  const error = refused(
    () => plan({ sources: [placed('RG520NNADAR01A01', 5)], targets: [placed('X*', 6)] }),
    'fleet-version-unknown',
  );
  assert.deepEqual(
    error.faults.map(({ place, found }) => [place?.line, found]),
    [
      [5, 'RG520NNADAR01A01'],
      [6, 'X*'],
    ],
  );
  const near = known({ sources: [placed('RG520NNADAR01A11')] }, ['RG520NNADAR01A01', 'V5']);
  assert.match(
    refused(() => planFleet('f', [near]), 'fleet-version-unknown').message,
    /did you mean RG520NNADAR01A01\?/,
  );
});

test('unit: two products with one output, however it is written, and two packages of one name are refused', () => {
  for (const output of ['packages', './packages/', 'packages//']) {
    const error = refused(
      () => planFleet('f', [known({}), known({ name: 'meter', output: placed(output, 12) })]),
      'fleet-output-twice',
    );
    assert.equal(error.faults[0]?.place?.line, 12);
  }
  const alike = known({ sources: [placed('A*')], targets: [placed('V5')] }, ['A b', 'A+b', 'V5']);
  refused(() => planFleet('f', [alike]), 'fleet-output-twice');
});

test('unit: packages that two products have in common are made once and go to both places', () => {
  const other = known({
    name: 'meter',
    output: placed('meters'),
    budget: 9,
    targets: [placed('V5')],
    sources: [placed('V4')],
  });
  const made = planFleet('f', [known({ sources: [placed('V[34]')], budget: 20 }), other]);
  assert.deepEqual(pairs(made), ['V3>V5', 'V4>V5']);
  assert.deepEqual(
    made.jobs.map(({ alsoTo, budget }) => [alsoTo, budget]),
    [
      [[], 20],
      [['meters/V4-to-V5.zip'], 9],
    ],
  );
  assert.deepEqual(made.ways.find(({ product: name }) => name === 'meter')?.jobs, ['gateway/V4-to-V5']);
  const unlike = planFleet('f', [
    known({ sources: [placed('V4')] }),
    { ...other, product: { ...other.product, settings: { effort: 'best' } } },
  ]);
  assert.equal(unlike.jobs.length, 2);
});

test('unit: devices are counted along their way to the newest version', () => {
  const rows = [
    { version: 'V1', count: 100, place: { file: 'v.csv', line: 2 } },
    { version: 'V3', count: 7, place: { file: 'v.csv', line: 3 } },
    { version: 'V1', count: 1, place: { file: 'v.csv', line: 4 } },
  ];
  const counted = planFleet('f', [
    {
      ...known({ policy: { ...policy, back: 2, beyond: 'chain' }, targets: [placed('V4'), placed('V5')] }),
      field: rows,
    },
  ]);
  assert.deepEqual(
    counted.jobs.map(({ id, devices }) => [id.replace('gateway/', ''), devices]),
    [
      // V2 is neither in the field nor a target: it does not count.
      ['V1-to-V4', 101],
      ['V3-to-V4', 0],
      ['V3-to-V5', 7],
      ['V4-to-V5', 101],
    ],
  );
  refused(
    () => planFleet('f', [{ ...known({}), field: [{ version: 'V9', count: 1, place: { file: 'v.csv', line: 2 } }] }]),
    'fleet-version-unknown',
  );
});

test('unit: revisions are ordered by their numbers', () => {
  const order = [
    'RG520NNADAR01A02M4G_OCPU_01.001',
    'RG520NNADAR01A02M4G_OCPU_01.010',
    'RG520NNADAR01A10M4G_OCPU_01.001',
  ];
  assert.deepEqual(order.toReversed().sort(compareRevisions), order);
  assert.deepEqual(['nightly-10', 'nightly-9', 'nightly'].sort(compareRevisions), [
    'nightly',
    'nightly-9',
    'nightly-10',
  ]);
});

test('property: the order of revisions is one', () => {
  const revision = fc.oneof(fc.string({ maxLength: 8 }), fc.stringMatching(/^R0[1-3]A[0-9]{2}(_01\.00[1-4])?$/));
  fc.assert(
    fc.property(revision, revision, (a, b) => {
      assert.ok(Math.sign(compareRevisions(a, b)) + Math.sign(compareRevisions(b, a)) === 0);
      assert.equal(compareRevisions(a, b) === 0, a === b);
    }),
  );
});

test('unit: patterns', () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ['A*', 'A', true],
    ['A*', 'BA', false],
    ['*01.00[1-4]', 'X_01.003', true],
    ['*01.00[1-4]', 'X_01.005', false],
    ['[!a-c]?', 'dx', true],
    ['[!a-c]?', 'ax', false],
    ['a.c', 'abc', false],
    ['a*b*c', 'a-b-b-c', true],
    ['[', '[', true],
    ['', '', true],
    ['*', '', true],
  ];
  for (const [pattern, text, matches] of cases)
    assert.equal(matchesPattern(pattern, text), matches, `${pattern} ${text}`);
});

test('property: a text matches itself, and stars match what they stand for; many stars take no long time', () => {
  const plain = fc.stringMatching(/^[A-Za-z0-9._-]{0,20}$/);
  fc.assert(
    fc.property(plain, plain, plain, (a, b, c) => {
      assert.ok(matchesPattern(a, a));
      assert.ok(matchesPattern(`${a}*${c}`, a + b + c));
    }),
  );
  assert.equal(matchesPattern('*a'.repeat(100), `${'a'.repeat(90)}b`.repeat(3)), false);
});
