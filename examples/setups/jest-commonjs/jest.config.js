// Jest without --experimental-vm-modules loads no ES module, so that it has to compile packages that are some.
module.exports = {
  transform: {
    '\\.m?js$': ['@swc/jest', { jsc: { target: 'es2023' }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: [],
};
