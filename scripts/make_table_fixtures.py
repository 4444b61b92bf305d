#!/usr/bin/python3 -B
"""Writes tests/fixtures/tables.json: CSV texts, their cells by Python's csv module, and their features by scikit-learn.

usage: make_table_fixtures.py        needs Debian's python3-sklearn (1.2)
"""
import csv
import io
import json
import pathlib

import numpy
from sklearn.preprocessing import OneHotEncoder, StandardScaler

generator = numpy.random.default_rng(17)


def random_cell():
    letters = list('abcABC019 .-_') + ['"', ',', ';', '\n', '\r\n', "'", 'é', '猎', '🐆', '\t', '|']
    text = ''.join(generator.choice(letters, generator.integers(0, 9)))
    return text.strip(' ')


def csv_case(quoting, delimiter, lineterminator, bom):
    rows = [[random_cell() for _ in range(4)] for _ in range(40)]
    for row in rows:
        row[0] = 'x' + row[0].strip() + 'x'  # no row is blank
    out = io.StringIO(newline='')
    csv.writer(out, quoting=quoting, delimiter=delimiter, lineterminator=lineterminator).writerows(rows)
    text = ('\ufeff' if bom else '') + out.getvalue()
    read = list(csv.reader(io.StringIO(text.lstrip('\ufeff'), newline=''), delimiter=delimiter))
    assert read == rows
    return {'text': text, 'delimiter': delimiter, 'rows': rows}


def encoding_case():
    """Returns a table with missing values, its training rows, and its features by scikit-learn."""
    n = 30
    columns = {'age': [str(v) for v in generator.integers(18, 90, n)],
               'city': list(generator.choice(['Rome', 'Oslo', 'Kyiv', 'Bonn'], n)),
               'height': ['%.2f' % v for v in generator.normal(1.7, 0.1, n)],
               'constant': ['7.5'] * n,
               'code': [str(v) for v in generator.integers(1, 4, n)]}
    for name, missing, rows in (('age', 'NA', (2, 8)), ('height', '?', (1, 20)), ('city', '', (4, 25))):
        for row in rows:
            columns[name][row] = missing
    target = list(generator.choice(['yes', 'no', 'maybe'], n))
    columns['city'][-1] = 'Lima'  # not among the training rows
    train = [i for i in range(n) if i % 5 != 4]
    assert n - 1 not in train
    numbers, texts = [], []
    for name in ('age', 'height', 'constant'):
        values = numpy.array([float(v) if v not in ('NA', '?') else numpy.nan for v in columns[name]])
        scaler = StandardScaler().fit(values[train, None])
        scaled = scaler.transform(values[:, None])[:, 0]
        numbers.append((numpy.nan_to_num(scaled), numpy.isnan(values)))
    for name in ('city', 'code'):
        values = numpy.array(columns[name], dtype=object)
        known = sorted({columns[name][i] for i in train} - {''})
        encoder = OneHotEncoder(categories=[known], handle_unknown='ignore').fit(values[train, None])
        texts.append((encoder.transform(values[:, None]).toarray(), values == '', known))
    features = numpy.column_stack([
        numbers[0][0], numbers[0][1], texts[0][0], texts[0][1], numbers[1][0], numbers[1][1], numbers[2][0], texts[1][0]])
    names = (['age', 'age is missing'] + [f'city={c}' for c in texts[0][2]] + ['city is missing', 'height',
             'height is missing', 'constant'] + [f'code={c}' for c in texts[1][2]])
    out = io.StringIO(newline='')
    writer = csv.writer(out)
    writer.writerow([*columns, 'answer'])
    writer.writerows(zip(*columns.values(), target))
    return {'text': out.getvalue(), 'train': train, 'names': names,
            'features': {'shape': list(features.shape), 'data': features.ravel().tolist()},
            'classes': sorted(set(target)), 'targets': [sorted(set(target)).index(t) for t in target]}


cases = [csv_case(*options) for options in (
    (csv.QUOTE_MINIMAL, ',', '\r\n', False), (csv.QUOTE_ALL, ';', '\n', True), (csv.QUOTE_MINIMAL, '\t', '\n', False))]
path = pathlib.Path(__file__).parent.parent / 'tests/fixtures/tables.json'
path.write_text(json.dumps({'csv': cases, 'encoding': encoding_case()}, ensure_ascii=True) + '\n')
