console.log('see bench');
