/**
 * The arithmetic that takes the time. `?? 0` is for the compiler, which cannot know that an index is within a
 * typed array; V8 proves it and emits nothing.
 */

/** Rows handled together: their sums stay in registers, and their weights lie side by side in memory. */
const STRIP = 8

/** Weights in strips of eight rows: within a strip, the eight numbers of the first column, then of the second… */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly strips: Float32Array
}

/** Rearranges rows that follow one another; missing rows of the last strip are zero. */
export function packMatrix(numbers: Float32Array, columns: number): Matrix {
  const rows = numbers.length / columns
  const strips = new Float32Array(paddedRows(rows) * columns)
  for (let row = 0; row < rows; row++) {
    const first = firstInStrips(row, columns)
    for (let column = 0; column < columns; column++) {
      strips[first + column * STRIP] = numbers[row * columns + column] ?? 0
    }
  }
  return { rows, columns, strips }
}

/** How many numbers `multiply` writes for this many rows. */
export function paddedRows(rows: number): number {
  return Math.ceil(rows / STRIP) * STRIP
}

/** Copies one row into `out`. */
export function copyRow({ columns, strips }: Matrix, row: number, out: Float32Array): void {
  const first = firstInStrips(row, columns)
  for (let column = 0; column < columns; column++) out[column] = strips[first + column * STRIP] ?? 0
}

function firstInStrips(row: number, columns: number): number {
  const lane = row % STRIP
  return (row - lane) * columns + lane
}

/** `out` = matrix × vector; `out` has room for `paddedRows(matrix.rows)` numbers. */
export function multiply(
  { rows, columns, strips: w }: Matrix,
  vector: Float32Array,
  out: Float32Array,
): void {
  for (let row = 0, at = 0; row < rows; row += STRIP) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let e = 0
    let f = 0
    let g = 0
    let h = 0
    for (let column = 0; column < columns; column++, at += STRIP) {
      const x = vector[column] ?? 0
      a += x * (w[at] ?? 0)
      b += x * (w[at + 1] ?? 0)
      c += x * (w[at + 2] ?? 0)
      d += x * (w[at + 3] ?? 0)
      e += x * (w[at + 4] ?? 0)
      f += x * (w[at + 5] ?? 0)
      g += x * (w[at + 6] ?? 0)
      h += x * (w[at + 7] ?? 0)
    }
    out[row] = a
    out[row + 1] = b
    out[row + 2] = c
    out[row + 3] = d
    out[row + 4] = e
    out[row + 5] = f
    out[row + 6] = g
    out[row + 7] = h
  }
}

export function addTo(target: Float32Array, addend: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + (addend[i] ?? 0)
}

/** Root mean square normalisation: `out` = `vector` scaled to unit mean square, times `weight`. */
export function normalise(
  vector: Float32Array,
  {
    weight,
    epsilon,
    out,
  }: { readonly weight: Float32Array; readonly epsilon: number; readonly out: Float32Array },
): void {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += (vector[i] ?? 0) ** 2
  const scale = 1 / Math.sqrt(squares / vector.length + epsilon)
  for (let i = 0; i < vector.length; i++) out[i] = (vector[i] ?? 0) * scale * (weight[i] ?? 0)
}

/** `gate` = swish(`gate`) × `up`. */
export function gateTo(gate: Float32Array, up: Float32Array): void {
  for (let i = 0; i < gate.length; i++) {
    const x = gate[i] ?? 0
    gate[i] = (x / (1 + Math.exp(-x))) * (up[i] ?? 0)
  }
}
