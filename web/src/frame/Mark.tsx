/** The product's mark. */
export function Mark() {
  return (
    <span className="mark" aria-hidden="true">
      <svg width="18" height="18" viewBox="0 0 18 18">
        <path d="M13.5 5.2C12.6 3.8 11 3 9 3 6.5 3 4.6 4.2 4.6 6.1c0 4.2 9 1.9 9 5.9 0 1.9-2 3-4.6 3-2.2 0-3.9-.9-4.8-2.5" fill="none" stroke="currentColor" strokeWidth="2.1" strokeLinecap="round" />
      </svg>
    </span>
  );
}
