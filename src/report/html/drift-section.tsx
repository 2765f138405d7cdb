import type { DriftFeature, MeasuredDrift, QualityDrift } from '../../domain/drift.ts';
import { countOf, formatQuantity } from '../../domain/format-number.ts';
import { driftCells, driftSubject, sideText } from '../evidence/drift-cells.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { periodChart } from './charts/period-chart.ts';
import { shareChart } from './charts/share-chart.ts';
import { numbers, Chart, DataTable, LeftOut } from './data-table.tsx';

const mostCharts = 6;
const mostBins = 12;
const mostRows = 100;

const columns = [
  { header: 'field' },
  { header: 'kind' },
  ...numbers('PSI', 'JS', 'KS', 'chi-square', 'p'),
  { header: 'found' },
] as const;

/** How the requests moved against the plan's reference, and what that looks like. */
export function DriftSection({ drift }: { readonly drift: MeasuredDrift | undefined }) {
  if (drift === undefined) return null;
  const { reference, current, features, quality } = drift;
  const moved = features.filter((feature) => feature.moved);
  const rows = features.slice(0, mostRows).map((feature) => {
    const { name, kind, psi, jensenShannon, ks, chiSquare, pValue, found } = driftCells(feature);
    const p = { content: pValue, value: feature.pValue };
    return [
      name,
      kind,
      psi,
      jensenShannon,
      ks,
      chiSquare,
      p,
      { content: <span class={feature.moved ? 'unsure' : undefined}>{found}</span> },
    ];
  });
  const left = features.length - rows.length;
  return (
    <section aria-labelledby="drift">
      <h2 id="drift">Drift</h2>
      <p class="note">
        {sideText(current)} against {sideText(reference)}: {countOf(moved.length, 'field')} moved. Hollow what it was,
        filled what it is. PSI is the population stability index, JS the Jensen-Shannon and KS the Kolmogorov-Smirnov
        distance.
      </p>
      <div class="small">
        {moved.slice(0, mostCharts).map((feature, index) => (
          <Feature feature={feature} id={`drift-${index}`} />
        ))}
        {quality !== undefined && <Quality quality={quality} />}
      </div>
      <DataTable caption="Every field, those that moved first" columns={columns} rows={rows} />
      <LeftOut count={left} what={countOf(left, 'more field')} />
    </section>
  );
}

function Feature({ feature, id }: { readonly feature: DriftFeature; readonly id: string }) {
  const { bins, hint, about } = feature;
  const name = driftSubject(feature);
  const rows = bins.slice(0, mostBins).map((bin) => ({
    name: printableName(bin.label),
    before: bin.reference,
    after: bin.current,
    color: 'var(--candidate)',
  }));
  const sides = about === 'prediction' ? 'from the baseline to the candidate' : 'from the reference to now';
  const svg = shareChart(
    rows,
    { label: 'share of requests, %', size: 'small', fromZero: true },
    {
      id,
      title: `Shares of ${name}, ${sides}`,
      description: bins
        .slice(0, mostBins)
        .map(({ label, reference, current }) => `${printableName(label)}: ${percent(reference)} to ${percent(current)}`)
        .join('; '),
    },
  );
  return (
    <div>
      <h3>{name}</h3>
      {hint !== undefined && <p class="note">{printableSentence(hint)}</p>}
      <Chart svg={svg} />
    </div>
  );
}

function Quality({ quality }: { readonly quality: QualityDrift }) {
  const { metric, first, second, moved, periods } = quality;
  const unit = metric === 'accuracy' ? 'proportion' : 'number';
  const change = `${formatQuantity(first, unit)} in the first half, ${formatQuantity(second, unit)} in the second: ${moved ? 'moved' : 'alike'}`;
  const svg = periodChart(quality, {
    id: 'drift-quality',
    title: `The baseline's ${metric} over time`,
    description: periods.map(({ from, value }) => `${from}: ${formatQuantity(value, unit)}`).join('; '),
  });
  return (
    <div>
      <h3>The baseline's {metric} over time</h3>
      <p class="note">{change}</p>
      <Chart svg={svg} />
    </div>
  );
}

function percent(share: number): string {
  return formatQuantity(share, 'proportion');
}
