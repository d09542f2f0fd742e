/**
 * Whether a number is a multiple of another, as both are written in decimals: 19.99 is one of 0.01, though a
 * division of doubles leaves a rest.
 */
export function isMultiple(value: number, step: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0;
  const [digits, exponent] = decimal(value);
  const [stepDigits, stepExponent] = decimal(step);
  const lowest = Math.min(exponent, stepExponent);
  return (digits * tenTo(exponent - lowest)) % (stepDigits * tenTo(stepExponent - lowest)) === 0n;
}

/** The digits as a whole number, and the power of ten that it is to be multiplied by. */
function decimal(value: number): [digits: bigint, exponent: number] {
  const [mantissa = '', exponent] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
}

function tenTo(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}
