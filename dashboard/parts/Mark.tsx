/** The product's sign, as in icon.svg. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#0f6cbd" />
      <circle cx="11" cy="12" r="4" fill="#fff" />
      <path d="M4.500 25c0-4 3-6.500 6.500-6.500s6.500 2.500 6.500 6.500z" fill="#fff" />
      <path
        d="M19 11h7m0 0-3-3m3 3-3 3m3 5h-7"
        stroke="#b4d6fa"
        stroke-width="2.200"
        fill="none"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
